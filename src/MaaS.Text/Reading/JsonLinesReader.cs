using System.Text.Json;

namespace MaaS.Text.Reading;

/// <summary>One JSON object a line; lines without anything are passed over.</summary>
internal static class JsonLinesReader
{
    private const int LongestLine = 2 * TextFile.LongestField;

    public static IEnumerable<TextRow> Rows(TextReader reader, TextFileOptions options)
    {
        long number = 0;
        foreach (var (line, length) in BoundedLines.Read(reader, LongestLine))
        {
            number++;
            if (line is null)
            {
                yield return TextRow.Bad(number, $"expected a line of at most {LongestLine} characters, got {length}");
            }
            else if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Row(number, line, options);
            }
        }
    }

    private static TextRow Row(long number, string line, TextFileOptions options)
    {
        if (line.Contains(TextRow.Undecodable, StringComparison.Ordinal))
        {
            return TextRow.Of(number, line, line, options with { Labels = null });
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return TextRow.Bad(number, $"expected a JSON object, got {document.RootElement.ValueKind}");
            }

            return Missing(document.RootElement, options) is { } fault
                ? TextRow.Bad(number, fault)
                : TextRow.Of(
                    number, Text(document.RootElement, options.TextColumn),
                    options.LabelColumn is { } label ? Text(document.RootElement, label) : null, options);
        }
        // InvalidOperationException: half of a surrogate pair.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return TextRow.Bad(number, $"expected JSON: {e.Message.TrimEnd('.')}");
        }
    }

    private static string? Missing(JsonElement row, TextFileOptions options)
    {
        foreach (var name in new[] { options.TextColumn, options.LabelColumn })
        {
            if (name is not null && !row.TryGetProperty(name, out _))
            {
                return $"expected a member '{name}', got "
                    + $"{string.Join(", ", row.EnumerateObject().Select(static m => $"'{m.Name}'"))}";
            }
        }

        return null;
    }

    private static string? Text(JsonElement row, string name) => row.GetProperty(name) switch
    {
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { ValueKind: JsonValueKind.Null } => null,
        var value => value.GetRawText(),   // A label may be a number or a truth value.
    };
}
