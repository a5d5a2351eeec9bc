using System.Globalization;
using System.Runtime.CompilerServices;
using Parquet;
using Parquet.Schema;

namespace MaaS.Tabular.Tables;

/// <summary>Reads Parquet files of flat columns, one row group after the other.</summary>
/// <param name="cell">Null for a text that stands for a missing cell.</param>
/// <param name="wanted">The kind that a column is to have; null for its own.</param>
internal sealed class ParquetRows(Func<string?, string?> cell, Func<string, ColumnKind?> wanted)
{
    /// <summary>The rows in batches, of which none goes over the end of a row group; a file without rows gives one
    /// empty batch.</summary>
    public async IAsyncEnumerable<RawTable> BatchesAsync(
        string path, int batchRows = int.MaxValue,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var reader = await ParquetReader.CreateAsync(path, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            var fields = reader.Schema.GetDataFields();
            if (reader.RowGroupCount == 0)
            {
                yield return Empty(fields);
            }

            for (var group = 0; group < reader.RowGroupCount; group++)
            {
                var table = Empty(fields);
                using var rows = reader.OpenRowGroupReader(group);
                for (var i = 0; i < fields.Length; i++)
                {
                    await ReadAsync(rows, fields[i], table, i, cancellationToken).ConfigureAwait(false);
                }

                if (table.Rows <= batchRows)
                {
                    yield return table;
                    continue;
                }

                for (var start = 0; start < table.Rows; start += batchRows)
                {
                    yield return Slice(table, start, Math.Min(batchRows, table.Rows - start));
                }
            }
        }
    }

    private static RawTable Slice(RawTable table, int start, int rows) => table with
    {
        Cells = [.. table.Cells.Select(c => c.Count == 0 ? c : c.GetRange(start, rows))],
        Numbers = [.. table.Numbers.Select(n => n?.GetRange(start, rows))],
    };

    private RawTable Empty(DataField[] fields) => RawTable.Empty([.. fields.Select(static f => f.Name)]) with
    {
        Kinds = [.. fields.Select(Kind)],
        Numbers = [.. fields.Select(f => IsText(f) ? null : new List<double>())],
    };

    // Parquet.Net's own type of texts is a span of characters.
    private static TypeCode Code(DataField field)
        => field.ClrType == typeof(ReadOnlyMemory<char>) ? TypeCode.String : Type.GetTypeCode(field.ClrType);

    private static ColumnKind? Kind(DataField field) => Code(field) switch
    {
        _ when field.IsArray => throw new InvalidDataException(
            $"column '{field.Name}': expected one value a row, got a list."),
        TypeCode.Boolean => ColumnKind.Boolean,
        TypeCode.DateTime => ColumnKind.Date,
        TypeCode.String => null,
        TypeCode.Int32 or TypeCode.Int64 or TypeCode.Int16 or TypeCode.SByte or TypeCode.Byte or TypeCode.UInt16
            or TypeCode.UInt32 or TypeCode.UInt64 or TypeCode.Single or TypeCode.Double or TypeCode.Decimal
            => ColumnKind.Number,
        _ => throw new InvalidDataException(
            $"column '{field.Name}': expected numbers, texts, booleans or dates, got {field.ClrType.Name}."),
    };

    // Numbers that are to be categories are read as they are written, every digit of them.
    private bool IsText(DataField field)
        => Kind(field) is not { } kind || (wanted(field.Name) is { } other && other != kind);

    private Task ReadAsync(
        ParquetRowGroupReader rows, DataField field, RawTable table, int column, CancellationToken cancellationToken)
    {
        Task Values<T>(Func<T, double> number, Func<T, string?> text)
            where T : struct => ValuesAsync(rows, field, table, column, number, text, cancellationToken);
        Task Numbers<T>(Func<T, double> number)
            where T : struct, IFormattable => Values<T>(
                number, static v => v is double.NaN or float.NaN ? null
                    : v.ToString(null, CultureInfo.InvariantCulture));
        double Whole(long value) => (Int128)(double)value == value ? value : throw Inexact(field, value);
        return Code(field) switch
        {
            TypeCode.String => StringsAsync(rows, field, table.Cells[column], cancellationToken),
            TypeCode.Boolean => Values<bool>(static v => v ? 1 : 0, static v => v ? "true" : "false"),
            TypeCode.DateTime => Values<DateTime>(
                static v => (v - DateTime.UnixEpoch).TotalSeconds,
                static v => CellText.Write(ColumnKind.Date, (v - DateTime.UnixEpoch).TotalSeconds)),
            TypeCode.Int32 => Numbers<int>(static v => v),
            TypeCode.Int64 => Numbers<long>(Whole),
            TypeCode.Int16 => Numbers<short>(static v => v),
            TypeCode.SByte => Numbers<sbyte>(static v => v),
            TypeCode.Byte => Numbers<byte>(static v => v),
            TypeCode.UInt16 => Numbers<ushort>(static v => v),
            TypeCode.UInt32 => Numbers<uint>(static v => v),
            TypeCode.UInt64 => Numbers<ulong>(v => v <= long.MaxValue ? Whole((long)v) : throw Inexact(field, v)),
            // As the shortest text of it: 0.1 stays 0.1.
            TypeCode.Single => Numbers<float>(
                static v => double.Parse(v.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)),
            TypeCode.Double => Numbers<double>(static v => v),
            _ => Numbers<decimal>(static v => (double)v),
        };
    }

    private static InvalidDataException Inexact(DataField field, object value) => new(
        $"column '{field.Name}': expected numbers that float64 holds exactly, got {value}; say that the column holds "
            + "categories.");

    private async Task ValuesAsync<T>(
        ParquetRowGroupReader rows, DataField field, RawTable table, int column, Func<T, double> number,
        Func<T, string?> text, CancellationToken cancellationToken)
        where T : struct
    {
        if (field.IsNullable)
        {
            var cells = new T?[rows.RowCount];
            await rows.ReadAsync(field, cells.AsMemory(), cancellationToken: cancellationToken).ConfigureAwait(false);
            Add(
                cells.Select(v => v is { } value ? number(value) : double.NaN),
                cells.Select(v => v is { } value ? text(value) : null));
        }
        else
        {
            var cells = new T[rows.RowCount];
            await rows.ReadAsync(field, cells.AsMemory(), cancellationToken: cancellationToken).ConfigureAwait(false);
            Add(cells.Select(number), cells.Select(text));
        }

        void Add(IEnumerable<double> numbers, IEnumerable<string?> texts)
        {
            if (table.Numbers[column] is { } into)
            {
                into.EnsureCapacity(into.Count + (int)rows.RowCount);
                into.AddRange(numbers);
            }
            else
            {
                table.Cells[column].AddRange(texts.Select(cell));
            }
        }
    }

    private async Task StringsAsync(
        ParquetRowGroupReader rows, DataField field, List<string?> into, CancellationToken cancellationToken)
    {
        var cells = new string?[rows.RowCount];
        await rows.ReadAsync(field, cells.AsMemory()!, cancellationToken: cancellationToken).ConfigureAwait(false);
        // Equal texts are one object, so that a column of few categories is small.
        var pool = new Dictionary<string, string?>(StringComparer.Ordinal);
        into.EnsureCapacity(into.Count + cells.Length);
        foreach (var text in cells)
        {
            if (text is null)
            {
                into.Add(null);
                continue;
            }

            if (!pool.TryGetValue(text, out var one))
            {
                pool[text] = one = cell(text);
            }

            into.Add(one);
        }
    }
}
