
namespace MaaS.Text.Reading;

/// <summary>What a reader found in one record: text and label, or what is wrong with it.</summary>
internal readonly record struct TextRow(long Row, string Text, string Label, string? Fault)
{
    /// <summary>What <see cref="TextFile"/> reads undecodable bytes as: a code point that stands for no
    /// character.</summary>
    public const char Undecodable = '\uffff';

    public static TextRow Bad(long row, string fault) => new(row, "", "", fault);

    public static TextRow Of(long row, string? text, string? label, TextFileOptions options)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Bad(row, $"expected a text in '{options.TextColumn}', got an empty one");
        }

        if (options.LabelColumn is null)
        {
            return Checked(row, text, "");
        }

        label = label?.Trim();
        if (string.IsNullOrEmpty(label))
        {
            return Bad(row, $"expected a label in '{options.LabelColumn}', got an empty one");
        }

        return options.Labels is { } labels && !labels.Contains(label)
            ? Bad(row, $"expected a label among {string.Join(", ", labels)}, got '{label}'")
            : Checked(row, text, label);
    }

    private static TextRow Checked(long row, string text, string label)
        => text.Contains(Undecodable, StringComparison.Ordinal) || label.Contains(Undecodable, StringComparison.Ordinal)
            ? Bad(row, "expected characters of the file's encoding, got bytes that are none; name its encoding")
            : new TextRow(row, text, label, null);
}
