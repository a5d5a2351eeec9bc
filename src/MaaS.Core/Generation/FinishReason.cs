namespace MaaS.Core.Generation;

/// <summary>Why generation ended.</summary>
public enum FinishReason
{
    /// <summary>Generation has not ended.</summary>
    None,

    /// <summary>A stop token came.</summary>
    Stop,

    /// <summary>The most tokens were generated, or the model's longest sequence was reached.</summary>
    Length,
}
