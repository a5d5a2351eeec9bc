namespace MaaS.Tabular.Tables;

/// <summary>How a table is read from a file.</summary>
public sealed record TableReadOptions
{
    /// <summary>What separates the cells of a row; null finds it among comma, semicolon, tab and bar.</summary>
    public char? Delimiter { get; init; }

    /// <summary>Texts that stand for a missing cell, letter case regarded.</summary>
    public IReadOnlyList<string> MissingValues { get; init; } = ["", "NA", "N/A", "NaN", "nan", "null", "NULL"];

    /// <summary>The columns that the file must have; null infers them on all rows.</summary>
    public TableSchema? Schema { get; init; }

    /// <summary>Kinds of single columns, for those whose kind is not to be inferred.</summary>
    public IReadOnlyDictionary<string, ColumnKind> Kinds { get; init; } = new Dictionary<string, ColumnKind>();

    /// <summary>Whether columns that the schema lacks are left out; otherwise they are an error.</summary>
    public bool IgnoreOtherColumns { get; init; }
}
