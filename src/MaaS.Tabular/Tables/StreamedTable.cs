using System.Runtime.CompilerServices;

namespace MaaS.Tabular.Tables;

/// <summary>A table in a file that is read in batches, as often as needed, because it may be larger than
/// memory.</summary>
/// <remarks>Of CSV, TSV and JSON lines one batch is in memory at a time; of Parquet one row group, whose size the
/// program that wrote the file chose.</remarks>
public sealed class StreamedTable
{
    /// <summary>Rows of a batch where nothing else is said.</summary>
    public const int BatchRows = 65_536;

    private readonly string _path;
    private readonly TableReadOptions _options;

    private StreamedTable(string path, TableReadOptions options, TableSchema schema, int rows)
        => (_path, _options, Schema, Rows) = (path, options, schema, rows);

    /// <summary>The columns, found on all rows or given.</summary>
    public TableSchema Schema { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Reads a file once, to find its columns and to count its rows.</summary>
    /// <param name="path">As <see cref="TableReader.ReadAsync(string, TableReadOptions?, CancellationToken)"/> takes
    /// it.</param>
    /// <param name="options">Delimiter, missing values and schema; null for the defaults.</param>
    /// <param name="cancellationToken">Checked between batches.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">As of the reader; the message names file, row and column.</exception>
    public static async Task<StreamedTable> OpenAsync(
        string path, TableReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new TableReadOptions();
        try
        {
            var rows = 0;
            var names = new OrderedDictionary<string, (ColumnKind? Kind, KindInference Inference)>(
                StringComparer.Ordinal);
            await foreach (var batch in TableFile.BatchesAsync(path, options, BatchRows, cancellationToken)
                .ConfigureAwait(false))
            {
                Look(batch, rows, names, options);
                rows = checked(rows + batch.Rows);
            }

            if (rows == 0)
            {
                throw new InvalidDataException("expected rows below the header, got none.");
            }

            var schema = options.SchemaOf([.. names.Keys], i =>
            {
                var (kind, inference) = names.GetAt(i).Value;
                return kind ?? inference.Kind();
            });
            return new StreamedTable(path, options with { Schema = schema, IgnoreOtherColumns = true }, schema, rows);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads the rows in order.</summary>
    /// <param name="cancellationToken">Checked between batches.</param>
    /// <exception cref="InvalidDataException">A cell is not of its column's kind, or the file has changed since it was
    /// opened; the message names file, row and column.</exception>
    public async IAsyncEnumerable<Table> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var rows = 0;
        var batches = TableFile.BatchesAsync(_path, _options, BatchRows, cancellationToken)
            .GetAsyncEnumerator(cancellationToken);
        await using (batches.ConfigureAwait(false))
        {
            while (await NextAsync(batches, rows, cancellationToken).ConfigureAwait(false) is { } table)
            {
                rows += table.Rows;
                yield return table;
            }
        }

        if (rows != Rows)
        {
            throw new InvalidDataException($"{_path}: expected {Rows} rows as when it was opened, got {rows}.");
        }
    }

    private async ValueTask<Table?> NextAsync(
        IAsyncEnumerator<RawTable> batches, int before, CancellationToken cancellationToken)
    {
        try
        {
            return await batches.MoveNextAsync().ConfigureAwait(false)
                ? TableReader.Typed(batches.Current, Schema, before, cancellationToken) : null;
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{_path}: {e.Message}", e);
        }
    }

    private static void Look(
        RawTable batch, int before, OrderedDictionary<string, (ColumnKind? Kind, KindInference Inference)> names,
        TableReadOptions options)
    {
        for (var i = 0; i < batch.Names.Count; i++)
        {
            var name = batch.Names[i];
            if (!names.TryGetValue(name, out var column))
            {
                column = (batch.Kinds[i], new KindInference(name));
                names[name] = column;
                column.Inference.Skip(before);
            }

            foreach (var cell in column.Kind is null && options.KindOf(name) is null ? batch.Cells[i] : [])
            {
                column.Inference.Add(cell);
            }
        }
    }
}
