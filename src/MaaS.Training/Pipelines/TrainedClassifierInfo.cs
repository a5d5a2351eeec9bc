using MaaS.Training.Fitting;
using MaaS.Training.Reports;

namespace MaaS.Training.Pipelines;

/// <summary>What is known of every trained classifier beside its weights: what it is, and where it came from.</summary>
public abstract record TrainedClassifierInfo
{
    /// <summary>Name in the catalogue, as <c>convnet</c> or <c>transformer</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Class names by index of the logits.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>Name of the data set it was trained on.</summary>
    public required string Data { get; init; }

    /// <summary>SHA-256 of the training samples and labels, hexadecimal.</summary>
    public required string DataHash { get; init; }

    /// <summary>Whose weights training started from; null for fresh ones.</summary>
    public string? Pretrained { get; init; }

    /// <summary>How it was trained; null where that is not known.</summary>
    public TrainerOptions? Options { get; init; }

    /// <summary>Each epoch's losses and accuracies.</summary>
    public IReadOnlyList<EpochResult> Epochs { get; init; } = [];

    /// <summary>
    /// What was done to make it smaller, in order; empty for the architecture's own sizes. Where there is a step,
    /// layers have the sizes of the stored weights.
    /// </summary>
    public IReadOnlyList<string> Compression { get; init; } = [];
}
