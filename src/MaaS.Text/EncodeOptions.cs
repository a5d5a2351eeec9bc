namespace MaaS.Text;

/// <summary>How long encodings get, and what else encoding does with the tokens of a text.</summary>
public sealed record EncodeOptions
{
    /// <summary>Whether [CLS], [SEP] and the like are added.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>
    /// Whether a special token written in the text, as <c>[SEP]</c>, becomes that token; otherwise it is text like any
    /// other, which is what text from strangers calls for.
    /// </summary>
    public bool SpecialTokensInText { get; init; } = true;

    /// <summary>
    /// Places in the text, ascending, across which no special token goes: one that begins before such a place and ends
    /// behind it is text like any other. For texts of which only some parts come from strangers; null for none.
    /// </summary>
    public IReadOnlyList<int>? SpecialTokenBreaks { get; init; }

    /// <summary>Null for the tokenizer's own setting.</summary>
    public Truncation? Truncation { get; init; }

    /// <summary>Null for the tokenizer's own setting.</summary>
    public Padding? Padding { get; init; }

    internal static EncodeOptions Default { get; } = new();
}
