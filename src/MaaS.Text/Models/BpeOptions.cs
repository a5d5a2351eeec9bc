namespace MaaS.Text.Models;

/// <summary>How a BPE model treats words and unknown characters, apart from merging.</summary>
internal sealed record BpeOptions
{
    /// <summary>Stands for characters that the vocabulary lacks; without it they are left out.</summary>
    public string? Unknown { get; init; }

    /// <summary>Stands before every character but the first of a word.</summary>
    public string ContinuingPrefix { get; init; } = "";

    /// <summary>Stands after the last character of a word.</summary>
    public string WordSuffix { get; init; } = "";

    /// <summary>Whether neighbouring unknown characters become one token.</summary>
    public bool FuseUnknown { get; init; }

    /// <summary>Whether unknown characters become tokens of their UTF-8 bytes where the vocabulary has those.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>Whether a word that is a token stays whole, whatever the merges say.</summary>
    public bool IgnoreMerges { get; init; }
}
