using System.Data.Common;

namespace MaaS.Tabular.Tables;

/// <summary>Reads tables from CSV, TSV, JSON lines and Parquet, by the file's extension, and from databases.</summary>
public static class TableReader
{
    /// <summary>Reads a file whole. For one that is larger than memory see <see cref="StreamedTable"/>.</summary>
    /// <param name="path"><c>.jsonl</c> and <c>.ndjson</c> hold an object a line, <c>.parquet</c> flat columns; other
    /// files have a header and separated cells.</param>
    /// <param name="options">Delimiter, missing values and schema; null for the defaults.</param>
    /// <param name="cancellationToken">Checked between columns.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A row is ragged, a column name stands twice, a number is infinite, a cell
    /// is not of its column's kind, or the file does not fit the schema; the message names file, row and
    /// column. Rows count from 1 below the header.</exception>
    public static async Task<Table> ReadAsync(
        string path, TableReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new TableReadOptions();
        try
        {
            RawTable? raw = null;
            await foreach (var batch in TableFile.BatchesAsync(path, options, cancellationToken: cancellationToken)
                .ConfigureAwait(false))
            {
                if (raw is null)
                {
                    raw = batch;
                }
                else
                {
                    raw.Append(batch);
                }
            }

            return Typed(raw!, options, textOnly: false, "below the header", cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads the rows that a query gives.</summary>
    /// <param name="connection">Any provider's; opened for the query where it is closed, and closed again.</param>
    /// <param name="query">One statement that gives rows. It is sent as it is: never put texts of strangers into
    /// it.</param>
    /// <param name="options">Schema and kinds; null for the defaults. Besides NULL an empty text is missing, and those
    /// of <see cref="TableReadOptions.MissingValues"/> that the defaults have not: a database has NULL of its
    /// own.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <returns>Numbers, booleans and dates as the provider types them. Texts are dates where all of them are ISO 8601
    /// and else categories or texts, never numbers.</returns>
    /// <exception cref="InvalidDataException">There are no rows, a column is of a type that no column of a table has,
    /// or a column mixes types, as SQLite's may; row and column are named.</exception>
    /// <exception cref="DbException">The database refuses the query.</exception>
    public static async Task<Table> ReadAsync(
        DbConnection connection, string query, TableReadOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentException.ThrowIfNullOrWhiteSpace(query);
        options ??= new TableReadOptions();
        try
        {
            var raw = await DatabaseRows.ReadAsync(connection, query, options, cancellationToken).ConfigureAwait(false);
            return Typed(raw, options, textOnly: true, "from the query", cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"query: {e.Message}", e);
        }
    }

    private static Table Typed(
        RawTable raw, TableReadOptions options, bool textOnly, string where, CancellationToken cancellationToken)
    {
        if (raw.Rows == 0)
        {
            throw new InvalidDataException($"expected rows {where}, got none.");
        }

        var schema = options.SchemaOf(
            raw.Names, i => raw.Kinds[i] ?? KindInference.Infer(raw.Names[i], raw.Cells[i], textOnly));
        return Typed(raw, schema, 0, cancellationToken);
    }

    /// <summary>Makes a table of raw rows.</summary>
    /// <param name="raw">The rows; a column of the schema that they lack has missing cells alone.</param>
    /// <param name="schema">The columns, in order.</param>
    /// <param name="before">Rows before the first of these.</param>
    /// <param name="cancellationToken">Checked between columns.</param>
    internal static Table Typed(RawTable raw, TableSchema schema, int before, CancellationToken cancellationToken)
    {
        var index = raw.Names.Select(static (name, i) => (name, i)).ToDictionary(
            static p => p.name, static p => p.i, StringComparer.Ordinal);
        List<Column> columns = [];
        foreach (var column in schema.Columns)
        {
            cancellationToken.ThrowIfCancellationRequested();
            columns.Add(
                !index.TryGetValue(column.Name, out var i) ? ColumnParser.Parse(column, new string?[raw.Rows], before)
                : raw.Numbers[i] is { } numbers ? ColumnParser.Parse(column, numbers, before)
                : ColumnParser.Parse(column, raw.Cells[i], before));
        }

        return new Table(columns);
    }
}
