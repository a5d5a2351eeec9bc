namespace MaaS.Core.Packages;

/// <summary>How a network's output becomes one vector for a text.</summary>
public enum EmbeddingPooling
{
    /// <summary>The output is one vector for a text already, (B, D).</summary>
    None,

    /// <summary>The mean over the vectors of the tokens that are no padding, (B, T, D).</summary>
    /// <remarks>Reimers, Gurevych 2019: Sentence-BERT, section 3.</remarks>
    Mean,

    /// <summary>The vector of the first token, [CLS], (B, T, D).</summary>
    First,
}
