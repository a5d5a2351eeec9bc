using System.Text;
using CsvHelper;

namespace MaaS.Training.Data.Streams;

/// <summary>Separated columns under a header, quoted as RFC 4180 says; each file is a unit.</summary>
internal sealed class CsvRows : RowFiles
{
    private const int LongestRecord = 1 << 26;

    private readonly IReadOnlyList<string> _paths, _columns;
    private readonly char _delimiter;

    public CsvRows(IReadOnlyList<string> paths, IReadOnlyList<string> columns, char delimiter = ',')
    {
        (_paths, _columns, _delimiter) = (paths, columns, delimiter);
        foreach (var path in paths)
        {
            using var text = Utf8File.Open(path);
            using var reader = Open(text, static _ => { });
            Header(path, reader);
        }
    }

    public override int Units => _paths.Count;

    public override IEnumerable<TableRow> Read(int unit)
    {
        var path = _paths[unit];
        CsvMalformedReason? damage = null;
        using var text = Utf8File.Open(path);
        using var reader = Open(text, reason => damage = reason);
        var (width, positions) = Header(path, reader);
        damage = null;
        for (long number = 1; Next(reader, path, number); number++)
        {
            var fault = damage is { } reason
                    ? $"expected quotes around a whole field and doubled inside it, got {reason} (line "
                        + $"{reader.LineNumber})"
                : reader.FieldCount != width
                    ? $"expected {width} fields, as the header has, got {reader.FieldCount} (line {reader.LineNumber})"
                : null;
            damage = null;
            yield return new CsvRow(
                path, number, fault, fault is null ? [.. positions.Select(reader.GetString)] : []);
        }
    }

    private CsvReader Open(StreamReader text, Action<CsvMalformedReason> malformed)
        => CsvReader.Create(
            text,
            new CsvReaderOptions
            {
                Separator = _delimiter,
                HasHeader = false,
                MaxRecordSize = LongestRecord,
                TrackLineNumbers = true,
                OnMalformedRecord = record => malformed(record.Reason),
            },
            leaveOpen: true);

    private (int Width, int[] Positions) Header(string path, CsvReader reader)
    {
        if (!Next(reader, path, 0))
        {
            throw new InvalidDataException($"{path}: expected a header and rows, got an empty file.");
        }

        string[] names = [.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetString(i).Trim())];
        foreach (var column in _columns)
        {
            var found = names.Count(n => n == column);
            if (found != 1)
            {
                throw new InvalidDataException(
                    $"{path}: expected one column '{column}', the header has "
                        + $"{(found == 0 ? "" : $"{found} of them among ")}"
                        + $"{string.Join(", ", names.Select(static n => $"'{n}'"))}; name the column, or check the "
                        + "delimiter.");
            }
        }

        return (names.Length, [.. _columns.Select(c => Array.IndexOf(names, c))]);
    }

    private static bool Next(CsvReader reader, string path, long number)
    {
        try
        {
            return reader.Read();
        }
        catch (CsvFormatException e)
        {
            throw new InvalidDataException($"{path}: row {number}: {e.Message} A quote may be open.", e);
        }
        catch (DecoderFallbackException e)
        {
            throw Utf8File.Fault(path, e, $"{path}: ");
        }
    }

    private sealed class CsvRow(string file, long number, string? fault, string[] values) : TableRow(file, number)
    {
        public override string? Fault => fault;

        public override object? Value(int column) => values[column];
    }
}
