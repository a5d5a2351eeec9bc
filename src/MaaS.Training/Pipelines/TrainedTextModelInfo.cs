using MaaS.Core.Packages;
using MaaS.Training.Models;

namespace MaaS.Training.Pipelines;

/// <summary>What is needed, beside weights and tokenizer, to use a trained text classifier again. Architectures are
/// those of
/// <see cref="ModelCatalog"/>.</summary>
public sealed record TrainedTextModelInfo : TrainedClassifierInfo
{
    /// <summary>Sizes of the network.</summary>
    public required TextModelSizes Sizes { get; init; }

    /// <summary>Number of tokens.</summary>
    public required long Vocabulary { get; init; }

    /// <summary>The class whose detection counts; null where all count the same.</summary>
    public string? Positive { get; init; }

    /// <summary>How texts become token ids.</summary>
    public required TextPreprocessing Preprocessing { get; init; }
}
