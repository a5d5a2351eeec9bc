using MaaS.Training.Models.Transformers;

namespace MaaS.Training.Models;

/// <summary>Sizes of a text classifier of <see cref="ModelCatalog"/>.</summary>
public sealed record TextModelSizes
{
    /// <summary>Features of each token, at least 1; of a Transformer, divisible by <see cref="Heads"/>.</summary>
    public long Width { get; init; } = 128;

    /// <summary>Layers, at least 1; a convolutional network has one.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>Attention heads of a Transformer, at least 1.</summary>
    public long Heads { get; init; } = 4;

    /// <summary>Features between the dense layers of a Transformer's block, at least 1.</summary>
    public long FeedForward { get; init; } = 256;

    /// <summary>Share of values that training drops, 0 to below 1.</summary>
    /// <remarks>Fresh networks learn thousands of texts by heart in two or three passes; 0.3 with smoothed labels held
    /// that up best (docs/text.md).</remarks>
    public double Dropout { get; init; } = 0.3;

    /// <summary>Share of tokens that training replaces by the unknown one, 0 to below 1.</summary>
    public double TokenDropout { get; init; }

    /// <summary>How a Transformer tells positions apart.</summary>
    public PositionKind Positions { get; init; } = PositionKind.Learned;
}
