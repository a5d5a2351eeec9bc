using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Dynamic;
using MaaS.Onnx.Quantization.Qdq;
using MaaS.Onnx.Quantization.WeightOnly;

namespace MaaS.Onnx.Quantization.Schemes;

/// <summary>The options of every kind of quantization, and the one place where a kind becomes a scheme.</summary>
public sealed record QuantizationSchemeOptions
{
    /// <summary>What dynamic quantization quantizes.</summary>
    public DynamicQuantizerOptions Dynamic { get; init; } = new();

    /// <summary>How static quantization chooses ranges and nodes.</summary>
    public StaticQuantizerOptions Static { get; init; } = new();

    /// <summary>How weights are stored where only they are quantized.</summary>
    public WeightOnlyQuantizerOptions WeightOnly { get; init; } = new();

    /// <summary>The scheme of a kind.</summary>
    /// <param name="kind">How to quantize.</param>
    /// <param name="calibration">Inputs by name; only static quantization enumerates them, once for each model.</param>
    /// <exception cref="ArgumentOutOfRangeException">The kind is none of the enumeration's.</exception>
    public IQuantizationScheme Scheme(
        QuantizationKind kind, IEnumerable<IReadOnlyDictionary<string, TensorValue>> calibration) => kind switch
        {
            QuantizationKind.Dynamic => new DynamicScheme(Dynamic),
            QuantizationKind.Static => new StaticScheme(calibration, Static),
            QuantizationKind.WeightOnly => new WeightOnlyScheme(WeightOnly),
            _ => throw new ArgumentOutOfRangeException(
                nameof(kind), kind, "Quantization: expected Dynamic, Static or WeightOnly"),
        };
}
