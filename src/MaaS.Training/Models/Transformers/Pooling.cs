namespace MaaS.Training.Models.Transformers;

/// <summary>How a sequence becomes one vector.</summary>
public enum Pooling
{
    /// <summary>The mean over the positions that are no padding.</summary>
    Mean,

    /// <summary>The first position, where tokenizers put a classification token.</summary>
    First,
}
