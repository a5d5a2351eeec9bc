using MaaS.Onnx.Quantization.Calibration;
using MaaS.Onnx.Quantization.Numerics;
using MaaS.Onnx.Quantization.Weights;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Qdq;

/// <summary>How <see cref="StaticQuantizer"/> chooses ranges and nodes.</summary>
public sealed record StaticQuantizerOptions
{
    /// <summary>How the ranges of activations are chosen. Default: least and greatest value.</summary>
    public ICalibrationMethod Calibration { get; init; } = new MinMaxCalibration();

    /// <summary>The integers that activations become. Default uint8.</summary>
    public QuantizedType Activations { get; init; } = QuantizedType.UInt8;

    /// <summary>Whether each output channel's weights have a scale of their own. Default true.</summary>
    public bool PerChannel { get; init; } = true;

    /// <summary>Whether weights keep to ±64; null where the processor that runs this decides. Default null.</summary>
    /// <remarks>Set it to true when the model will run on x64 processors without VNNI: see
    /// <see cref="Processor"/>.</remarks>
    public bool? ReduceRange { get; init; }

    /// <summary>Whether a convolution whose result the graph returns is quantized as well. Default false: logits stay
    /// float.</summary>
    public bool QuantizeOutputs { get; init; }

    /// <summary>Whether embedding tables become int8, with one scale for each of their columns. Default true.</summary>
    public bool Embeddings { get; init; } = true;

    /// <summary>Operators to quantize; null for all that <see cref="StaticQuantizer.Operators"/> lists.</summary>
    public IReadOnlySet<string>? OpTypes { get; init; }

    /// <summary>Names of nodes that stay float.</summary>
    public IReadOnlySet<string> ExcludedNodes { get; init; } = new HashSet<string>();

    internal bool ReducesRange => ReduceRange ?? Processor.SaturatesInt8Products;

    internal bool Excludes(NodeProto node) =>
        ExcludedNodes.Contains(node.Name) || OpTypes?.Contains(node.OpType) == false;

    internal bool TakesEmbedding(NodeProto node, EmbeddingQuantizer embeddings) =>
        Embeddings && !ExcludedNodes.Contains(node.Name) && embeddings.Fits(node);
}
