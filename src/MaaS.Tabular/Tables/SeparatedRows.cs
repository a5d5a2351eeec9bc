using System.Text;
using CsvHelper;
using MaaS.Training.Data.Streams;

namespace MaaS.Tabular.Tables;

/// <summary>Reads files of separated cells under a header.</summary>
internal static class SeparatedRows
{
    private static readonly char[] Candidates = [',', ';', '\t', '|'];

    /// <summary>The rows in batches; a file without rows gives one empty batch.</summary>
    public static IEnumerable<RawTable> Batches(
        string path, char? given, Func<string?, string?> cell, int batchRows = int.MaxValue)
    {
        CsvMalformedReason? damage = null;
        using var text = Utf8File.Open(path);
        using var reader = CsvReader.Create(
            text,
            new CsvReaderOptions
            {
                Separator = given ?? Find(path),
                HasHeader = false,
                OnMalformedRecord = record => damage = record.Reason,
            });
        if (!Next(reader, path))
        {
            throw new InvalidDataException("expected a header, got an empty file.");
        }

        var header = Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetString(i).Trim()).ToArray();
        var batch = RawTable.Empty(header);
        for (var row = 1; Next(reader, path); row++)
        {
            Check(reader, row, header, damage);
            if (batch.Rows == batchRows)
            {
                yield return batch;
                batch = RawTable.Empty(header);
            }

            for (var i = 0; i < header.Length; i++)
            {
                batch.Cells[i].Add(cell(reader.GetString(i).Trim()));
            }
        }

        yield return batch;
    }

    private static bool Next(CsvReader reader, string path)
    {
        try
        {
            return reader.Read();
        }
        catch (CsvFormatException e)
        {
            throw new InvalidDataException($"{e.Message} A quote may be open.", e);
        }
        catch (DecoderFallbackException e)
        {
            throw Utf8File.Fault(path, e);
        }
    }

    private static void Check(CsvReader reader, int row, string[] header, CsvMalformedReason? damage)
    {
        if (damage is { } reason)
        {
            throw new InvalidDataException(
                $"row {row}: expected quotes around a whole cell and doubled inside it, got {reason}.");
        }

        if (reader.FieldCount != header.Length)
        {
            var at = reader.FieldCount < header.Length
                ? $"; column '{header[reader.FieldCount]}' is the first without one" : "";
            throw new InvalidDataException(
                $"row {row}: expected {header.Length} cells as in the header, got {reader.FieldCount}{at}.");
        }
    }

    // The candidate that stands equally often, and at least once, in every one of the first lines. Quoted parts do
    // not count.
    private static char Find(string path)
    {
        var lines = File.ReadLines(path).Where(static l => l.Length > 0).Take(20).ToList();
        var found = Candidates.Where(
            c => lines.Count > 0 && Count(lines[0], c) is > 0 and var n && lines.All(l => Count(l, c) == n)).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => lines.Count > 0 && Count(lines[0], ',') == 0 && Candidates.MaxBy(c => Count(lines[0], c)) is var most
                && Count(lines[0], most) > 0 ? most : ',',
            _ => throw new InvalidDataException(
                $"expected one delimiter that splits every line alike, found {string.Join(
                    " and ", found.Select(static c => c == '\t' ? "tab" : $"'{c}'"))}; give the delimiter."),
        };
    }

    private static int Count(string line, char delimiter)
    {
        var (count, quoted) = (0, false);
        foreach (var c in line)
        {
            quoted ^= c == '"';
            count += c == delimiter && !quoted ? 1 : 0;
        }

        return count;
    }
}
