namespace MaaS.Training.Data.Streams;

/// <summary>Files of rows, of any size, that are read unit by unit: a unit is a file, or a part of one that can be read
/// alone.</summary>
internal abstract class RowFiles
{
    private static readonly string[] JsonLines = [".jsonl", ".ndjson"];

    /// <summary>How many units there are.</summary>
    public abstract int Units { get; }

    /// <summary>Rows of a unit; null where only reading tells.</summary>
    public virtual long? RowsOf(int unit) => null;

    /// <summary>The rows of a unit in their order; a row that cannot be used has a fault.</summary>
    /// <exception cref="InvalidDataException">The file cannot be read any further.</exception>
    public abstract IEnumerable<TableRow> Read(int unit);

    /// <summary>All rows.</summary>
    public IEnumerable<TableRow> ReadAll() => Enumerable.Range(0, Units).SelectMany(Read);

    /// <summary>Opens files of one kind, told by the first one's ending.</summary>
    /// <param name="paths">At least one.</param>
    /// <param name="columns">Names of the columns that are wanted.</param>
    /// <param name="delimiter">Of CSV files; null for a tab in <c>.tsv</c> files and a comma in others.</param>
    /// <exception cref="FileNotFoundException">A file is not there.</exception>
    /// <exception cref="InvalidDataException">A column is missing.</exception>
    public static RowFiles Open(IReadOnlyList<string> paths, IReadOnlyList<string> columns, char? delimiter)
    {
        if (paths.Count == 0)
        {
            throw new ArgumentException("table: expected at least one file, got none.", nameof(paths));
        }

        var missing = paths.FirstOrDefault(static p => !File.Exists(p));
        if (missing is not null)
        {
            throw new FileNotFoundException($"{missing}: expected a file of rows, found none.", missing);
        }

        var ending = Path.GetExtension(paths[0]).ToLowerInvariant();
        return ending == ".parquet" ? new ParquetRows(paths, columns)
            : JsonLines.Contains(ending) ? new JsonLinesRows(paths, columns)
            : new CsvRows(paths, columns, delimiter ?? (ending == ".tsv" ? '\t' : ','));
    }
}
