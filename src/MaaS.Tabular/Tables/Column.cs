namespace MaaS.Tabular.Tables;

/// <summary>A named column of a table; cells may be missing. Columns do not change.</summary>
public abstract class Column
{
    private protected Column(string name, ColumnKind kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        Kind = kind;
    }

    /// <summary>The column's name.</summary>
    public string Name { get; }

    /// <summary>What the cells are.</summary>
    public ColumnKind Kind { get; }

    /// <summary>Number of rows.</summary>
    public abstract int Count { get; }

    /// <summary>Number of missing cells.</summary>
    public int Missing
    {
        get
        {
            var missing = 0;
            for (var row = 0; row < Count; row++)
            {
                missing += IsMissing(row) ? 1 : 0;
            }

            return missing;
        }
    }

    /// <summary>Whether the cell of a row is missing.</summary>
    public abstract bool IsMissing(int row);

    /// <summary>The cell as text, as a file would hold it; null where it is missing.</summary>
    public abstract string? Text(int row);

    /// <summary>The cells of the given rows, in their order; a row may stand several times.</summary>
    public abstract Column Take(ReadOnlySpan<int> rows);
}
