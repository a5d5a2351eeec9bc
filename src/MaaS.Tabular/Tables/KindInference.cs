namespace MaaS.Tabular.Tables;

/// <summary>Finds what a column is from all of its cells, which are shown one after the other.</summary>
/// <param name="name">The column's name.</param>
/// <param name="textOnly">Whether the source holds texts, so that digits are no numbers.</param>
internal sealed class KindInference(string name, bool textOnly = false)
{
    /// <summary>Where so many cells are of one kind, the others are taken for mistakes and named.</summary>
    private const double MostlyShare = 0.9;

    private const int MostlyCount = 10;

    /// <summary>Whether cells come again is seen in so many of the first present ones: what is remembered of them does
    /// not grow with the rows.</summary>
    private const int MostHashed = 100_000;

    // Hashes, so that a column of long texts does not stay in memory.
    private readonly HashSet<ulong> _distinct = [];
    private readonly Count _numbers = new("number");
    private readonly Count _dates = new("date");
    private int _row;
    private int _present;
    private int _booleans;
    private long _letters;

    /// <summary>The kind of a column.</summary>
    /// <exception cref="InvalidDataException">Nearly all cells are numbers or dates, and one is not: it is
    /// named.</exception>
    public static ColumnKind Infer(string name, IReadOnlyList<string?> cells, bool textOnly = false)
    {
        var inference = new KindInference(name, textOnly);
        foreach (var cell in cells)
        {
            inference.Add(cell);
        }

        return inference.Kind();
    }

    /// <summary>Looks at the next row's cell; null where it is missing.</summary>
    public void Add(string? cell)
    {
        _row++;
        if (cell is null)
        {
            return;
        }

        _present++;
        _letters += cell.Length;
        if (_present <= MostHashed)
        {
            _distinct.Add(Hash(cell));
        }

        // Yes and no stay as they are written: a label keeps its classes' names.
        _booleans += !textOnly && cell.ToUpperInvariant() is ("TRUE" or "FALSE") ? 1 : 0;
        _numbers.Add(!textOnly && CellText.TryNumber(cell, out _), _row, cell);
        _dates.Add(CellText.TryDate(cell, null, out _), _row, cell);
    }

    /// <summary>Passes over rows that have no cell.</summary>
    public void Skip(int rows) => _row += rows;

    /// <summary>The kind after all rows.</summary>
    /// <exception cref="InvalidDataException">Nearly all cells are numbers or dates, and one is not: it is
    /// named.</exception>
    public ColumnKind Kind()
    {
        if (_present > 0 && _booleans == _present)
        {
            return ColumnKind.Boolean;
        }

        foreach (var (count, kind) in new[] { (_numbers, ColumnKind.Number), (_dates, ColumnKind.Date) })
        {
            if (_present > 0 && count.Yes == _present)
            {
                return kind;
            }

            if (count.Yes >= MostlyCount && count.Yes >= MostlyShare * _present)
            {
                throw new InvalidDataException(
                    $"row {count.OtherRow}, column '{name}': expected a {count.Name} as in {count.Yes} of {_present} "
                        + $"rows, got '{count.Other}'; correct the cell, name it among the missing values, or say "
                        + "that the column holds categories.");
            }
        }

        // Long cells that hardly ever come again are texts.
        return _distinct.Count > Math.Min(_present, MostHashed) / 2 && _letters > 20L * _present
            ? ColumnKind.Text : ColumnKind.Category;
    }

    // FNV-1a: the same in every process, which string.GetHashCode is not.
    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var letter in text)
        {
            hash = (hash ^ letter) * 1099511628211UL;
        }

        return hash;
    }

    private sealed class Count(string name)
    {
        public string Name => name;

        public int Yes { get; private set; }

        public int OtherRow { get; private set; }

        public string Other { get; private set; } = "";

        public void Add(bool fits, int row, string cell)
        {
            if (fits)
            {
                Yes++;
            }
            else if (OtherRow == 0)
            {
                (OtherRow, Other) = (row, cell);
            }
        }
    }
}
