using MaaS.Training.Fitting;
using MaaS.Training.Models;
using MaaS.Training.Reports;

namespace MaaS.Training.Pipelines;

/// <summary>What is needed, beside the weights, to use a trained classifier again and to know where it came from.</summary>
public sealed record TrainedModelInfo
{
    /// <summary>Name in <see cref="ModelCatalog"/>, as <c>convnet</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>(C, H, W) of one input.</summary>
    public required IReadOnlyList<long> InputShape { get; init; }

    /// <summary>Class names by index of the logits.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Mean of pixels scaled to 0…1 that inputs are normalised with.</summary>
    public required double Mean { get; init; }

    /// <summary>Standard deviation of pixels scaled to 0…1, above 0.</summary>
    public required double Std { get; init; }

    /// <summary>Name of the data set it was trained on.</summary>
    public required string Data { get; init; }

    /// <summary>SHA-256 of the training images and labels, hexadecimal.</summary>
    public required string DataHash { get; init; }

    /// <summary>How it was trained; null where that is not known.</summary>
    public TrainerOptions? Options { get; init; }

    /// <summary>Each epoch's losses and accuracies.</summary>
    public IReadOnlyList<EpochResult> Epochs { get; init; } = [];

    /// <summary>
    /// What was done to make it smaller, in order; empty for the architecture's own sizes. Where there is a step, layers
    /// have the sizes of the stored weights.
    /// </summary>
    public IReadOnlyList<string> Compression { get; init; } = [];
}
