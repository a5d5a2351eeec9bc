using MaaS.Core.Packages;
using MaaS.Training.Fitting;
using MaaS.Training.Models;
using MaaS.Training.Reports;

namespace MaaS.Training.Pipelines;

/// <summary>What is needed, beside weights and tokenizer, to use a trained text classifier again and to know where it came from.</summary>
public sealed record TrainedTextModelInfo
{
    /// <summary>Name in <see cref="TextModelCatalog"/>, as <c>transformer</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>Sizes of the network.</summary>
    public required TextModelSizes Sizes { get; init; }

    /// <summary>Number of tokens.</summary>
    public required long Vocabulary { get; init; }

    /// <summary>Class names by index of the logits.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>The class whose detection counts; null where all count the same.</summary>
    public string? Positive { get; init; }

    /// <summary>How texts become token ids.</summary>
    public required TextPreprocessing Preprocessing { get; init; }

    /// <summary>Name of the data set it was trained on.</summary>
    public required string Data { get; init; }

    /// <summary>SHA-256 of the training texts and labels, hexadecimal.</summary>
    public required string DataHash { get; init; }

    /// <summary>How it was trained.</summary>
    public TrainerOptions? Options { get; init; }

    /// <summary>Each epoch's losses and accuracies.</summary>
    public IReadOnlyList<EpochResult> Epochs { get; init; } = [];
}
