namespace MaaS.Tabular.Tables;

/// <summary>Finds what a column is from all of its cells.</summary>
internal static class KindInference
{
    /// <summary>Where so many cells are of one kind, the others are taken for mistakes and named.</summary>
    private const double MostlyShare = 0.9;

    private const int MostlyCount = 10;

    /// <summary>The kind of a column.</summary>
    /// <exception cref="InvalidDataException">Nearly all cells are numbers or dates, and one is not: it is
    /// named.</exception>
    public static ColumnKind Infer(string name, IReadOnlyList<string?> cells)
    {
        int present = 0, booleans = 0;
        Count numbers = new("number"), dates = new("date");
        long letters = 0;
        var distinct = new HashSet<string>(StringComparer.Ordinal);
        for (var row = 0; row < cells.Count; row++)
        {
            if (cells[row] is not { } cell)
            {
                continue;
            }

            present++;
            letters += cell.Length;
            distinct.Add(cell);
            // Yes and no stay as they are written: a label keeps its classes' names.
            booleans += cell.ToUpperInvariant() is "TRUE" or "FALSE" ? 1 : 0;
            numbers.Add(CellText.TryNumber(cell, out _), row);
            dates.Add(CellText.TryDate(cell, null, out _), row);
        }

        if (present > 0 && booleans == present)
        {
            return ColumnKind.Boolean;
        }

        foreach (var (count, kind) in new[] { (numbers, ColumnKind.Number), (dates, ColumnKind.Date) })
        {
            if (present > 0 && count.Yes == present)
            {
                return kind;
            }

            if (count.Yes >= MostlyCount && count.Yes >= MostlyShare * present)
            {
                throw new InvalidDataException(
                    $"row {count.FirstOther + 1}, column '{name}': expected a {count.Name} as in {count.Yes} of "
                        + $"{present} "
                        + $"rows, got '{cells[count.FirstOther]}'; correct the cell, name it among the missing "
                        + $"values, or "
                        + "say that the column holds categories.");
            }
        }

        // Long cells that hardly ever come again are texts.
        return distinct.Count > present / 2 && letters > 20L * present ? ColumnKind.Text : ColumnKind.Category;
    }

    private sealed class Count(string name)
    {
        public string Name => name;

        public int Yes { get; private set; }

        public int FirstOther { get; private set; } = -1;

        public void Add(bool fits, int row)
        {
            if (fits)
            {
                Yes++;
            }
            else if (FirstOther < 0)
            {
                FirstOther = row;
            }
        }
    }
}
