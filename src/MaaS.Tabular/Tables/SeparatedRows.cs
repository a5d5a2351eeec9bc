using System.Text;
using CsvHelper;

namespace MaaS.Tabular.Tables;

/// <summary>Reads files of separated cells under a header.</summary>
internal static class SeparatedRows
{
    private static readonly char[] Candidates = [',', ';', '\t', '|'];

    public static RawTable Read(string path, char? given, Func<string?, string?> cell)
    {
        CsvMalformedReason? damage = null;
        try
        {
            using var text = new StreamReader(path, new UTF8Encoding(false, throwOnInvalidBytes: true));
            using var reader = CsvReader.Create(
                text,
                new CsvReaderOptions
                {
                    Separator = given ?? Find(path),
                    HasHeader = false,
                    OnMalformedRecord = record => damage = record.Reason,
                });
            return Read(reader, cell, () => damage);
        }
        catch (CsvFormatException e)
        {
            throw new InvalidDataException($"{e.Message} A quote may be open.", e);
        }
        catch (DecoderFallbackException e)
        {
            throw new InvalidDataException("expected UTF-8, got other bytes; save the file as UTF-8.", e);
        }
    }

    private static RawTable Read(CsvReader reader, Func<string?, string?> cell, Func<CsvMalformedReason?> damage)
    {
        if (!reader.Read())
        {
            throw new InvalidDataException("expected a header, got an empty file.");
        }

        var table = RawTable.Empty(
            [.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetString(i).Trim())]);
        for (var row = 1; reader.Read(); row++)
        {
            if (damage() is { } reason)
            {
                throw new InvalidDataException(
                    $"row {row}: expected quotes around a whole cell and doubled inside it, got {reason}.");
            }

            if (reader.FieldCount != table.Names.Count)
            {
                var at = reader.FieldCount < table.Names.Count
                    ? $"; column '{table.Names[reader.FieldCount]}' is the first without one" : "";
                throw new InvalidDataException(
                    $"row {row}: expected {table.Names.Count} cells as in the header, got {reader.FieldCount}{at}.");
            }

            for (var i = 0; i < table.Names.Count; i++)
            {
                table.Cells[i].Add(cell(reader.GetString(i).Trim()));
            }
        }

        return table;
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
