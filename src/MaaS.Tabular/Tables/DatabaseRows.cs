using System.Data;
using System.Data.Common;
using System.Globalization;

namespace MaaS.Tabular.Tables;

/// <summary>Reads what a query gives, typed as the provider has it.</summary>
internal static class DatabaseRows
{
    private static readonly IReadOnlyList<string> MissingInFiles = new TableReadOptions().MissingValues;

    public static async Task<RawTable> ReadAsync(
        DbConnection connection, string query, TableReadOptions options, CancellationToken cancellationToken)
    {
        var isOpened = connection.State == ConnectionState.Closed;
        if (isOpened)
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            var command = connection.CreateCommand();
            await using (command.ConfigureAwait(false))
            {
                command.CommandText = query;
                var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    return await ReadAsync(reader, options, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            if (isOpened)
            {
                await connection.CloseAsync().ConfigureAwait(false);
            }
        }
    }

    internal static async Task<RawTable> ReadAsync(
        DbDataReader reader, TableReadOptions options, CancellationToken cancellationToken)
    {
        if (reader.FieldCount == 0)
        {
            throw new InvalidDataException("expected a statement that gives rows, got one that gives none.");
        }

        var names = Enumerable.Range(0, reader.FieldCount).Select(reader.GetName).ToArray();
        var empty = RawTable.Empty(names);
        var missing = options.MissingValues.Except(MissingInFiles).Append("").ToHashSet(StringComparer.Ordinal);
        var columns = names.Select((name, i) => new DatabaseColumn(
            name, reader.GetDataTypeName(i), options.KindOf(name), missing)).ToArray();
        for (var row = 1; await reader.ReadAsync(cancellationToken).ConfigureAwait(false); row++)
        {
            for (var i = 0; i < columns.Length; i++)
            {
                columns[i].Add(reader.GetValue(i), row);
            }
        }

        return empty with
        {
            Cells = [.. columns.Select(static c => c.Texts)],
            Kinds = [.. columns.Select(static c => c.Kind)],
            Numbers = [.. columns.Select(static c => c.Numbers)],
        };
    }

    /// <summary>The cells of a column. What they are is said by the first that is not NULL.</summary>
    /// <param name="name">The column's name.</param>
    /// <param name="type">What the database calls its type.</param>
    /// <param name="wanted">The kind that it is to have; null for the provider's.</param>
    /// <param name="missing">Texts that stand for a missing cell.</param>
    private sealed class DatabaseColumn(string name, string type, ColumnKind? wanted, HashSet<string> missing)
    {
        // SQLite has no booleans of its own: columns of that type hold 0 and 1.
        private readonly bool _isBoolean = type.StartsWith("BOOL", StringComparison.OrdinalIgnoreCase);
        private Family? _family;

        private enum Family
        {
            Number,
            Boolean,
            Date,
            Text,
        }

        public List<string?> Texts { get; } = [];

        public List<double>? Numbers { get; private set; }

        /// <summary>Null for texts, and where every cell is NULL.</summary>
        public ColumnKind? Kind => Numbers is null ? null : _family switch
        {
            Family.Number => ColumnKind.Number,
            Family.Boolean => ColumnKind.Boolean,
            _ => ColumnKind.Date,
        };

        public void Add(object value, int row)
        {
            if (value is DBNull)
            {
                Numbers?.Add(double.NaN);
                AddText(null);
                return;
            }

            var (family, number, text) = Read(value, row);
            if (_family is null)
            {
                _family = family;
                // What is to be another kind than the provider's is read as it is written.
                if (family != Family.Text && (wanted is null || wanted == Wanted(family)))
                {
                    Numbers = [.. Enumerable.Repeat(double.NaN, row - 1)];
                    Texts.Clear();
                }
            }
            else if (family != _family)
            {
                throw Fault(
                    row, $"a {_family} as before".ToLowerInvariant(), $"the {family} '{text}'; cast it in the query");
            }

            Numbers?.Add(number);
            AddText(text);
        }

        private void AddText(string? text)
        {
            if (Numbers is null)
            {
                Texts.Add(text is null || missing.Contains(text) ? null : text);
            }
        }

        private static ColumnKind Wanted(Family family) => family switch
        {
            Family.Number => ColumnKind.Number,
            Family.Boolean => ColumnKind.Boolean,
            _ => ColumnKind.Date,
        };

        private (Family Family, double Number, string Text) Read(object value, int row)
        {
            switch (value)
            {
                case bool flag:
                    return (Family.Boolean, flag ? 1 : 0, flag ? "true" : "false");
                case long number when _isBoolean:
                    return number is 0 or 1 ? (Family.Boolean, number, number == 1 ? "true" : "false")
                        : throw Fault(row, "0 or 1 in a boolean column", $"{number}");
                case sbyte or byte or short or ushort or int or uint or long or ulong:
                    return Whole(Convert.ToDecimal(value, CultureInfo.InvariantCulture), row);
                case double number:
                    return (Family.Number, number, number.ToString("R", CultureInfo.InvariantCulture));
                case float number:
                    var shortest = number.ToString("R", CultureInfo.InvariantCulture);
                    return (Family.Number, double.Parse(shortest, CultureInfo.InvariantCulture), shortest);
                case decimal number:
                    return (Family.Number, (double)number, number.ToString(CultureInfo.InvariantCulture));
                case DateTime date:
                    return Date(date, row);
                case DateTimeOffset date:
                    return Date(date.UtcDateTime, row);
                case DateOnly date:
                    return Date(
                        date == DateOnly.MaxValue ? DateTime.MaxValue : date.ToDateTime(TimeOnly.MinValue), row);
                case string text:
                    return (Family.Text, double.NaN, text);
                case char or Guid:
                    return (Family.Text, double.NaN, value.ToString()!);
                default:
                    throw Fault(
                        row, "a number, text, boolean or date",
                        $"{value.GetType().Name} ({type}); leave the column out of the query or cast it");
            }
        }

        private (Family, double, string) Whole(decimal number, int row)
        {
            var text = number.ToString(CultureInfo.InvariantCulture);
            // Ids beyond 2^53 would become other ids.
            return (Int128)(double)number == (Int128)number || wanted is ColumnKind.Category or ColumnKind.Text
                ? (Family.Number, (double)number, text)
                : throw Fault(row, "a number that float64 holds exactly", $"{text}; cast it to text in the query");
        }

        private (Family, double, string) Date(DateTime date, int row)
        {
            // PostgreSQL's infinity and -infinity come as the last and the first date there are.
            if (date == DateTime.MaxValue || date == DateTime.MinValue)
            {
                throw Fault(
                    row, "a finite date",
                    $"{(date == DateTime.MaxValue ? "infinity" : "-infinity")}; NULLIF in the query makes it missing");
            }

            date = date.Kind == DateTimeKind.Local ? date.ToUniversalTime() : date;
            var seconds = (date - DateTime.UnixEpoch).TotalSeconds;
            return (Family.Date, seconds, CellText.Write(ColumnKind.Date, seconds));
        }

        private InvalidDataException Fault(int row, string expected, string got) =>
            new($"row {row}, column '{name}': expected {expected}, got {got}.");
    }
}
