namespace MaaS.Text;

/// <summary>How BERT's tokenizer prepares text.</summary>
public sealed record BertOptions
{
    /// <summary>Whether text becomes lower case, as for "uncased" models.</summary>
    public bool Lowercase { get; init; } = true;

    /// <summary>Whether accents go; null for the same as <see cref="Lowercase"/>.</summary>
    public bool? StripAccents { get; init; }

    /// <summary>Whether each Chinese character is a word.</summary>
    public bool SplitChinese { get; init; } = true;

    /// <summary>Words of more code points become [UNK].</summary>
    public int MaxWordLength { get; init; } = 100;
}
