using MaaS.Core.Packages;
using MaaS.Training.Models;
using MaaS.Training.Models.Transformers;
using MaaS.Training.Models.Transformers.Bert;

namespace MaaS.Training.Pipelines;

/// <summary>What is needed, beside weights and tokenizer, to use a trained text classifier again. Architectures are
/// those of <see cref="ModelCatalog"/> and <see cref="TrainedTextModel.BertArchitecture"/>.</summary>
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

    /// <summary>All sizes of a BERT; null for networks of the catalogue.</summary>
    public BertConfig? Bert { get; init; }

    /// <summary>What a BERT tells the classes from.</summary>
    public Pooling Pooling { get; init; } = Pooling.First;
}
