using MaaS.Onnx.Quantization.Weights;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.WeightOnly;

/// <summary>How <see cref="WeightOnlyQuantizer"/> stores weights.</summary>
public sealed record WeightOnlyQuantizerOptions
{
    /// <summary>Bits of a weight: 4 or 8. Default 4.</summary>
    public int Bits { get; init; } = 4;

    /// <summary>Inputs that share a scale: a power of two of at least 16. Default 32.</summary>
    public int BlockSize { get; init; } = 32;

    /// <summary>Whether no zero points are stored. Default true.</summary>
    public bool Symmetric { get; init; } = true;

    /// <summary>
    /// Whether the kernel may round activations to 8 bits, block by block, which is several times faster on processors
    /// with integer dot products. Default true.
    /// </summary>
    public bool Int8Compute { get; init; } = true;

    /// <summary>Whether embedding tables become int8, with one scale for each of their columns. Default true.</summary>
    public bool Embeddings { get; init; } = true;

    /// <summary>Names of nodes that stay float.</summary>
    public IReadOnlySet<string> ExcludedNodes { get; init; } = new HashSet<string>();

    internal bool TakesEmbedding(NodeProto node, EmbeddingQuantizer embeddings) =>
        Embeddings && !ExcludedNodes.Contains(node.Name) && embeddings.Fits(node);
}
