using System.Globalization;
using System.Numerics;

namespace MaaS.Tabular.Tables;

/// <summary>Makes a typed column of cells and holds them against the schema.</summary>
internal static class ColumnParser
{
    // 2^53: whole numbers below are exact in float64. Ids beyond would become other ids.
    private const double ExactBelow = 9007199254740992;

    /// <summary>Makes a column of texts.</summary>
    /// <param name="schema">What the column must be.</param>
    /// <param name="cells">One a row; null where it is missing.</param>
    /// <param name="before">Rows of the file before the first of these.</param>
    /// <exception cref="InvalidDataException">A cell is not what the schema says; row and column are named.</exception>
    public static Column Parse(ColumnSchema schema, IReadOnlyList<string?> cells, int before = 0)
    {
        for (var row = 0; schema.Required && row < cells.Count; row++)
        {
            if (cells[row] is null)
            {
                throw Fault(schema, before + row, "a value", "a missing cell");
            }
        }

        return schema.Kind is ColumnKind.Category or ColumnKind.Text
            ? Strings(schema, cells, before) : Numbers(schema, cells, before);
    }

    /// <summary>Makes a column of numbers, booleans or dates, as the source holds them.</summary>
    /// <param name="schema">What the column must be: of a kind that is held as numbers.</param>
    /// <param name="cells">One a row; NaN where it is missing.</param>
    /// <param name="before">Rows of the file before the first of these.</param>
    /// <exception cref="InvalidDataException">A cell is not what the schema says; row and column are named.</exception>
    public static NumberColumn Parse(ColumnSchema schema, IReadOnlyList<double> cells, int before = 0)
    {
        var values = cells.ToArray();
        for (var row = 0; row < values.Length; row++)
        {
            if (double.IsNaN(values[row]) ? schema.Required : double.IsInfinity(values[row]))
            {
                throw double.IsNaN(values[row])
                    ? Fault(schema, before + row, "a value", "a missing cell")
                    : Fault(schema, before + row, "a finite number", $"'{values[row]}'");
            }

            if (schema.Kind == ColumnKind.Number)
            {
                Limit(schema, before + row, values[row], null);
            }
        }

        return new NumberColumn(schema.Name, values, schema.Kind);
    }

    private static StringColumn Strings(ColumnSchema schema, IReadOnlyList<string?> cells, int before)
    {
        var values = new string?[cells.Count];
        var pool = new Dictionary<string, string>(StringComparer.Ordinal);
        var allowed = schema.Values?.ToHashSet(StringComparer.Ordinal);
        for (var row = 0; row < values.Length; row++)
        {
            if (cells[row] is not { } cell)
            {
                continue;
            }

            if (allowed?.Contains(cell) == false)
            {
                throw Fault(schema, before + row, $"one of {string.Join(", ", schema.Values!.Take(20))}", $"'{cell}'");
            }

            if (!pool.TryGetValue(cell, out values[row]))
            {
                pool[cell] = values[row] = cell;
            }
        }

        return new StringColumn(schema.Name, values, schema.Kind);
    }

    private static NumberColumn Numbers(ColumnSchema schema, IReadOnlyList<string?> cells, int before)
    {
        var values = new double[cells.Count];
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = cells[row] is { } cell ? Number(schema, before + row, cell) : double.NaN;
        }

        return new NumberColumn(schema.Name, values, schema.Kind);
    }

    private static double Number(ColumnSchema schema, int row, string cell)
    {
        double value;
        switch (schema.Kind)
        {
            case ColumnKind.Boolean:
                return CellText.TryBoolean(cell, out value) ? value
                    : cell is "0" or "1" ? cell[0] - '0'
                    : throw Fault(schema, row, "true, false, yes or no", $"'{cell}'");
            case ColumnKind.Date:
                return CellText.TryDate(cell, schema.DateFormat, out value)
                    ? value : throw Fault(schema, row, $"a date as {schema.DateFormat ?? "2026-11-30"}", $"'{cell}'");
            default:
                if (!CellText.TryNumber(cell, out value) || !double.IsFinite(value))
                {
                    throw Fault(schema, row, "a finite number", $"'{cell}'");
                }

                if (Math.Abs(value) >= ExactBelow
                    && BigInteger.TryParse(cell, NumberStyles.Integer, CultureInfo.InvariantCulture, out var whole)
                    && whole != new BigInteger(value))
                {
                    throw Fault(
                        schema, row, "a number that float64 holds exactly",
                        $"'{cell}'; say in a schema that the column is of kind {ColumnKind.Category}");
                }

                return Limit(schema, row, value, cell);
        }
    }

    private static double Limit(ColumnSchema schema, int row, double value, string? cell) =>
        value < schema.Minimum || value > schema.Maximum
            ? throw Fault(
                schema, row,
                $"a number from {schema.Minimum?.ToString() ?? "−∞"} to {schema.Maximum?.ToString() ?? "∞"}",
                cell ?? CellText.Write(ColumnKind.Number, value))
            : value;

    private static InvalidDataException Fault(ColumnSchema schema, int row, string expected, string got) =>
        new($"row {row + 1}, column '{schema.Name}': expected {expected}, got {got}.");
}
