using MaaS.Onnx.Quantization.Numerics;
using MaaS.Onnx.Quantization.Weights;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Dynamic;

/// <summary>What <see cref="DynamicQuantizer"/> quantizes.</summary>
public sealed record DynamicQuantizerOptions
{
    /// <summary>Whether each output column's weights have a scale of their own. Default true.</summary>
    public bool PerChannel { get; init; } = true;

    /// <summary>Whether weights keep to ±64; null where the processor that runs this decides. Default null.</summary>
    public bool? ReduceRange { get; init; }

    /// <summary>Whether embedding tables become int8, with one scale for each of their columns. Default true.</summary>
    public bool Embeddings { get; init; } = true;

    /// <summary>Operators to quantize; null for all that <see cref="DynamicQuantizer.Operators"/> lists.</summary>
    public IReadOnlySet<string>? OpTypes { get; init; }

    /// <summary>Names of nodes that stay float.</summary>
    public IReadOnlySet<string> ExcludedNodes { get; init; } = new HashSet<string>();

    internal bool ReducesRange => ReduceRange ?? Processor.SaturatesInt8Products;

    internal bool Excludes(NodeProto node) =>
        ExcludedNodes.Contains(node.Name) || OpTypes?.Contains(node.OpType) == false;

    internal bool TakesEmbedding(NodeProto node, EmbeddingQuantizer embeddings) =>
        Embeddings && !ExcludedNodes.Contains(node.Name) && embeddings.Fits(node);
}
