using CsvHelper;

namespace MaaS.Text.Reading;

/// <summary>Separated columns under a header, quoted as RFC 4180 says: fields may hold line breaks.</summary>
internal static class SeparatedReader
{
    public static IEnumerable<TextRow> Rows(TextReader input, TextFileOptions options, char delimiter, string path)
    {
        CsvMalformedReason? damage = null;
        using var reader = CsvReader.Create(
            input,
            new CsvReaderOptions
            {
                Separator = delimiter,
                HasHeader = false,
                MaxRecordSize = 4 * TextFile.LongestField,
                TrackLineNumbers = true,
                OnMalformedRecord = record => damage = record.Reason,
            },
            leaveOpen: true);
        if (!Read(reader, 1, path))
        {
            throw new InvalidDataException($"{path}: expected a header and rows, got an empty file.");
        }

        string[] columns = [.. Fields(reader).Select(static name => name.Trim())];
        var text = Column(columns, options.TextColumn, path);
        var label = options.LabelColumn is { } name ? Column(columns, name, path) : -1;
        for (long number = 2; Read(reader, number, path); number++)
        {
            var found = damage;
            damage = null;
            yield return found is not null
                    ? TextRow.Bad(
                        number,
                        $"expected quotes around a whole field and doubled inside it, got {Name(found.Value)} (line "
                            + $"{reader.LineNumber})")
                : reader.FieldCount != columns.Length
                    ? TextRow.Bad(
                        number,
                        $"expected {columns.Length} fields ({string.Join(", ", columns)}), got {reader.FieldCount} "
                            + $"(line {reader.LineNumber})")
                : TextRow.Of(number, reader.GetString(text), label < 0 ? null : reader.GetString(label), options);
        }
    }

    private static bool Read(CsvReader reader, long number, string path)
    {
        try
        {
            return reader.Read();
        }
        catch (CsvFormatException e)
        {
            throw new InvalidDataException($"{path}: row {number}: {e.Message} A quote may be open.", e);
        }
    }

    private static IEnumerable<string> Fields(CsvReader reader)
        => Enumerable.Range(0, reader.FieldCount).Select(reader.GetString);

    private static string Name(CsvMalformedReason reason) => reason switch
    {
        CsvMalformedReason.StrayQuote => "a quote inside an unquoted field",
        CsvMalformedReason.TextAfterClosingQuote => "text behind a closing quote",
        CsvMalformedReason.UnterminatedQuote => "a quote that is never closed",
        _ => reason.ToString(),
    };

    private static int Column(string[] columns, string name, string path)
    {
        var found = columns.Count(c => c == name);
        return found == 1
            ? Array.IndexOf(columns, name)
            : throw new InvalidDataException(
                $"{path}: expected one column '{name}', the header has {(found == 0 ? "" : $"{found} of them among ")}"
                + $"{string.Join(", ", columns.Select(static c => $"'{c}'"))}; "
                + "name the column, or check the delimiter.");
    }
}
