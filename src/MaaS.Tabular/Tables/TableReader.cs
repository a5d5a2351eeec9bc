namespace MaaS.Tabular.Tables;

/// <summary>Reads tables from CSV, TSV, JSON lines and Parquet, by the file's extension.</summary>
public static class TableReader
{
    /// <summary>Reads a file whole.</summary>
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
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path}: expected a table, found no file.", path);
        }

        try
        {
            var missing = options.MissingValues.ToHashSet(StringComparer.Ordinal);
            string? Cell(string? text) => string.IsNullOrEmpty(text) || missing.Contains(text) ? null : text;
            var raw = Path.GetExtension(path).ToUpperInvariant() switch
            {
                ".PARQUET" => await ParquetRows.ReadAsync(path, Cell, cancellationToken).ConfigureAwait(false),
                ".JSONL" or ".NDJSON" => JsonRows.Read(path, Cell),
                ".TSV" or ".TAB" => SeparatedRows.Read(path, options.Delimiter ?? '\t', Cell),
                _ => SeparatedRows.Read(path, options.Delimiter, Cell),
            };
            return Typed(raw, options, cancellationToken);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    private static Table Typed(RawTable raw, TableReadOptions options, CancellationToken cancellationToken)
    {
        if (raw.Cells[0].Count == 0)
        {
            throw new InvalidDataException("expected rows below the header, got none.");
        }

        List<Column> columns = [];
        foreach (var (column, i) in Schema(raw, options))
        {
            cancellationToken.ThrowIfCancellationRequested();
            columns.Add(ColumnParser.Parse(column, raw.Cells[i]));
        }

        return new Table(columns);
    }

    private static IEnumerable<(ColumnSchema Column, int Index)> Schema(RawTable raw, TableReadOptions options)
    {
        if (options.Kinds.Keys.FirstOrDefault(name => !raw.Names.Contains(name)) is { } unknown)
        {
            throw new InvalidDataException($"kinds: expected a column '{unknown}', found {Names(raw.Names)}.");
        }

        if (options.Schema is not { } schema)
        {
            return raw.Names.Select((name, i) => (
                new ColumnSchema
                {
                    Name = name,
                    Kind = options.Kinds.TryGetValue(name, out var kind) ? kind
                        : raw.Kinds[i] ?? KindInference.Infer(name, raw.Cells[i]),
                },
                i));
        }

        var absent = schema.Columns.Select(static c => c.Name).Except(raw.Names).ToList();
        if (absent.Count > 0)
        {
            throw new InvalidDataException(
                $"header: the schema's column {Names(absent)} is missing; found {Names(raw.Names)}.");
        }

        var other = raw.Names.Except(schema.Columns.Select(static c => c.Name)).ToList();
        return other.Count > 0 && !options.IgnoreOtherColumns
            ? throw new InvalidDataException($"header: expected the schema's columns alone, found also {Names(other)}.")
            : schema.Columns.Select(column => (column, raw.Names.IndexOf(column.Name)));
    }

    private static int IndexOf(this IReadOnlyList<string> names, string name)
    {
        var i = 0;
        while (names[i] != name)
        {
            i++;
        }

        return i;
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(static n => $"'{n}'"));
}
