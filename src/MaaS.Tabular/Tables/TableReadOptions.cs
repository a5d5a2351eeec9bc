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

    /// <summary>The kind that a column is to have; null where it is to be found out.</summary>
    internal ColumnKind? KindOf(string name) =>
        Schema is { } schema ? schema.Columns.FirstOrDefault(c => c.Name == name)?.Kind
        : Kinds.TryGetValue(name, out var kind) ? kind : null;

    /// <summary>The columns of a source, held against the schema where there is one.</summary>
    /// <param name="names">The source's columns.</param>
    /// <param name="infer">The kind of a column by its index.</param>
    /// <exception cref="InvalidDataException">A column is missing, or is none of the schema's.</exception>
    internal TableSchema SchemaOf(IReadOnlyList<string> names, Func<int, ColumnKind> infer)
    {
        if (Kinds.Keys.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
        {
            throw new InvalidDataException($"kinds: expected a column '{unknown}', found {Quoted(names)}.");
        }

        if (Schema is not { } schema)
        {
            return new TableSchema(
                [
                    .. names.Select((name, i) => new ColumnSchema { Name = name, Kind = KindOf(name) ?? infer(i) }),
                ]);
        }

        var absent = schema.Columns.Select(static c => c.Name).Except(names).ToList();
        if (absent.Count > 0)
        {
            throw new InvalidDataException(
                $"header: the schema's column {Quoted(absent)} is missing; found {Quoted(names)}.");
        }

        var other = names.Except(schema.Columns.Select(static c => c.Name)).ToList();
        return other.Count > 0 && !IgnoreOtherColumns
            ? throw new InvalidDataException(
                $"header: expected the schema's columns alone, found also {Quoted(other)}.")
            : schema;
    }

    private static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(static n => $"'{n}'"));
}
