namespace MaaS.Tabular.Tables;

/// <summary>Makes a typed column of cells and holds them against the schema.</summary>
internal static class ColumnParser
{
    /// <exception cref="InvalidDataException">A cell is not what the schema says; row and column are named.</exception>
    public static Column Parse(ColumnSchema schema, IReadOnlyList<string?> cells)
    {
        for (var row = 0; schema.Required && row < cells.Count; row++)
        {
            if (cells[row] is null)
            {
                throw Fault(schema, row, "a value", "a missing cell");
            }
        }

        return schema.Kind is ColumnKind.Category or ColumnKind.Text ? Strings(schema, cells) : Numbers(schema, cells);
    }

    private static StringColumn Strings(ColumnSchema schema, IReadOnlyList<string?> cells)
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
                throw Fault(schema, row, $"one of {string.Join(", ", schema.Values!.Take(20))}", $"'{cell}'");
            }

            if (!pool.TryGetValue(cell, out values[row]))
            {
                pool[cell] = values[row] = cell;
            }
        }

        return new StringColumn(schema.Name, values, schema.Kind);
    }

    private static NumberColumn Numbers(ColumnSchema schema, IReadOnlyList<string?> cells)
    {
        var values = new double[cells.Count];
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = cells[row] is { } cell ? Number(schema, row, cell) : double.NaN;
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

                return value < schema.Minimum || value > schema.Maximum
                    ? throw Fault(
                        schema, row,
                        $"a number from {schema.Minimum?.ToString() ?? "−∞"} to "
                                + $"{schema.Maximum?.ToString() ?? "∞"}", cell)
                    : value;
        }
    }

    private static InvalidDataException Fault(ColumnSchema schema, int row, string expected, string got) =>
        new($"row {row + 1}, column '{schema.Name}': expected {expected}, got {got}.");
}
