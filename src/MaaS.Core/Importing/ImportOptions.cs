using MaaS.Core.Packages;
using MaaS.Onnx;

namespace MaaS.Core.Importing;

/// <summary>How a foreign model becomes a package.</summary>
public sealed record ImportOptions
{
    /// <summary>Name of the model; null for that of the file or folder.</summary>
    public string? Name { get; init; }

    /// <summary>One sentence for people.</summary>
    public string? Description { get; init; }

    /// <summary>Which network of a folder of Hugging Face's, relative to it, as <c>onnx/model_fp16.onnx</c>; null for
    /// the one that is there, or <c>model.onnx</c> among several.</summary>
    public string? Network { get; init; }

    /// <summary>Makes a sentence encoder of a folder whose network gives the tokens' vectors, pooled like this and
    /// divided by their length; a folder in the layout of sentence-transformers says it itself. Null for what the
    /// folder says.</summary>
    public EmbeddingPooling? Pooling { get; init; }

    /// <summary>Whether the classifier of a folder reads a question and a document in one row, and ranks documents; one
    /// of sentence-transformers' cross-encoders says it itself. Refused with <see cref="Pooling"/> and for the folder
    /// of a sentence encoder. Default false.</summary>
    public bool Pairs { get; init; }

    /// <summary>Bytes of a network, external data included, from which its weights stay in files beside it: such a
    /// package is a folder.</summary>
    internal long MaxInlineBytes { get; init; } = OnnxModel.InlineWeightLimit;

    /// <summary>Whether an existing package is replaced. Default false.</summary>
    public bool Overwrite { get; init; }
}
