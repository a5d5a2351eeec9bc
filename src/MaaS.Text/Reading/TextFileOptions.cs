
namespace MaaS.Text.Reading;

/// <summary>How a file of texts is read.</summary>
public sealed record TextFileOptions
{
    /// <summary>Name of the column (JSON: member) with the text.</summary>
    public string TextColumn { get; init; } = "text";

    /// <summary>Name of the column (JSON: member) with the class; null to read no labels.</summary>
    public string? LabelColumn { get; init; } = "label";

    /// <summary>What separates columns; null for the file name's: tab for <c>.tsv</c> and <c>.tab</c>, otherwise a
    /// comma.</summary>
    public char? Delimiter { get; init; }

    /// <summary>Name of the character encoding, as <c>windows-1252</c>; a byte order mark wins over it.</summary>
    public string Encoding { get; init; } = "utf-8";

    /// <summary>Labels that may occur; null for any.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Told of each row that cannot be used, which is then skipped; null to stop at the first.</summary>
    public Action<string>? OnBadRow { get; init; }
}
