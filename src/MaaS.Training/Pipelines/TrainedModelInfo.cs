using MaaS.Training.Models;

namespace MaaS.Training.Pipelines;

/// <summary>What is needed, beside the weights, to use a trained classifier of images again. Architectures are those of
/// <see cref="ModelCatalog"/>.</summary>
public sealed record TrainedModelInfo : TrainedClassifierInfo
{
    /// <summary>(C, H, W) of one input.</summary>
    public required IReadOnlyList<long> InputShape { get; init; }

    /// <summary>Mean of pixels scaled to 0…1 that inputs are normalised with.</summary>
    public required double Mean { get; init; }

    /// <summary>Standard deviation of pixels scaled to 0…1, above 0.</summary>
    public required double Std { get; init; }
}
