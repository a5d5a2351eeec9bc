using Parquet;
using Parquet.Schema;

namespace MaaS.Training.Data.Streams;

/// <summary>Parquet files; each row group is a unit, of which only the columns that are wanted are read.</summary>
internal sealed class ParquetRows : RowFiles
{
    private readonly IReadOnlyList<string> _columns;
    private readonly List<(string Path, int Group, long Before, long Rows)> _units = [];

    public ParquetRows(IReadOnlyList<string> paths, IReadOnlyList<string> columns)
    {
        _columns = columns;
        foreach (var path in paths)
        {
            List(path);
        }
    }

    public override int Units => _units.Count;

    public override long? RowsOf(int unit) => _units[unit].Rows;

    public override IEnumerable<TableRow> Read(int unit)
    {
        var (path, group, before, rows) = _units[unit];
        var values = Columns(path, group, checked((int)rows));
        for (var row = 0; row < rows; row++)
        {
            // Rows own their values: one that waits in a shuffle buffer does not hold a whole row group.
            yield return new ParquetRow(path, before + row + 1, [.. values.Select(v => v[row])]);
        }
    }

    private void List(string path)
    {
        Open(path, (reader, fields) =>
        {
            long before = 0;
            for (var group = 0; group < reader.RowGroupCount; group++)
            {
                using var part = reader.OpenRowGroupReader(group);
                _units.Add((path, group, before, part.RowCount));
                before += part.RowCount;
            }

            return fields;
        });
    }

    private object?[][] Columns(string path, int group, int rows)
        => Open(path, (reader, fields) =>
        {
            using var part = reader.OpenRowGroupReader(group);
            return Array.ConvertAll(fields, f => ParquetColumn.Read(part, f, rows));
        });

    private T Open<T>(string path, Func<ParquetReader, DataField[], T> use)
    {
        try
        {
            using var file = new FileStream(path, new FileStreamOptions { BufferSize = 1 << 16 });
            var reader = ParquetReader.CreateAsync(file).GetAwaiter().GetResult();
            try
            {
                return use(reader, [.. _columns.Select(c => Field(path, reader.Schema, c))]);
            }
            finally
            {
                reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
            }
        }
        // At broken files the library throws exceptions of a dozen types; what is said of the file already stays.
        catch (Exception e) when (e is not OutOfMemoryException
            && !e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException(
                $"{path}: expected a whole Parquet file: {e.Message.TrimEnd('.')}; write it again.", e);
        }
    }

    private static DataField Field(string path, ParquetSchema schema, string column)
    {
        var fields = schema.Fields.OfType<DataField>().Where(static f => !f.IsArray).ToList();
        var field = fields.Find(f => f.Name == column)
            ?? throw new InvalidDataException(
                $"{path}: expected a column '{column}' of single values, the file has "
                    + $"{string.Join(", ", fields.Select(static f => $"'{f.Name}'"))}; name the column.");
        return ParquetColumn.Reads(field)
            ? field
            : throw new InvalidDataException(
                $"{path}: column '{column}': expected numbers, truth values or texts, got "
                    + $"{(field.ClrType == typeof(ReadOnlyMemory<byte>) ? "bytes" : field.ClrType.Name)}.");
    }

    private sealed class ParquetRow(string file, long number, object?[] values) : TableRow(file, number)
    {
        public override string? Fault => null;

        public override object? Value(int column) => values[column];
    }
}
