using System.Runtime.CompilerServices;

namespace MaaS.Tabular.Tables;

/// <summary>The rows of a file in batches, by its extension.</summary>
internal static class TableFile
{
    /// <summary>Reads the rows in order.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A row is ragged, a column name stands twice, or the file cannot be
    /// read.</exception>
    public static async IAsyncEnumerable<RawTable> BatchesAsync(
        string path, TableReadOptions options, int batchRows = int.MaxValue,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path}: expected a table, found no file.", path);
        }

        var missing = options.MissingValues.ToHashSet(StringComparer.Ordinal);
        string? Cell(string? text) => string.IsNullOrEmpty(text) || missing.Contains(text) ? null : text;
        var extension = Path.GetExtension(path).ToUpperInvariant();
        if (extension == ".PARQUET")
        {
            var rows = new ParquetRows(Cell, options.KindOf);
            await foreach (var batch in rows.BatchesAsync(path, batchRows, cancellationToken).ConfigureAwait(false))
            {
                yield return batch;
            }

            yield break;
        }

        var batches = extension switch
        {
            ".JSONL" or ".NDJSON" => JsonRows.Batches(path, Cell, batchRows),
            ".TSV" or ".TAB" => SeparatedRows.Batches(path, options.Delimiter ?? '\t', Cell, batchRows),
            _ => SeparatedRows.Batches(path, options.Delimiter, Cell, batchRows),
        };
        foreach (var batch in batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return batch;
        }
    }
}
