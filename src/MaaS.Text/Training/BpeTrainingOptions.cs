namespace MaaS.Text.Training;

/// <summary>How a byte-level BPE vocabulary is made. The alphabet is all 256 bytes.</summary>
public sealed record BpeTrainingOptions : TokenizerTrainingOptions
{
    /// <summary>Whether a text's first word is treated as if a space stood before it.</summary>
    public bool AddPrefixSpace { get; init; }
}
