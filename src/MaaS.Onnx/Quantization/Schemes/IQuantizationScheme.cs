
namespace MaaS.Onnx.Quantization.Schemes;

/// <summary>A way to quantize a model as a whole.</summary>
public interface IQuantizationScheme
{
    /// <summary>What reports call it, such as <c>static int8 (minmax)</c>.</summary>
    string Name { get; }

    /// <summary>Does what is needed once for a model: static schemes calibrate here.</summary>
    /// <param name="model">The float model; not changed.</param>
    /// <param name="cancellationToken">Stops calibration.</param>
    /// <exception cref="ArgumentException">The model or the calibration data does not fit.</exception>
    IQuantizationCandidate Prepare(OnnxModel model, CancellationToken cancellationToken = default);
}

/// <summary>One model under one scheme, ready to be quantized in whole or in part.</summary>
public interface IQuantizationCandidate
{
    /// <summary>Names of the nodes that would run on integers, in the graph's order.</summary>
    IReadOnlyList<string> Nodes { get; }

    /// <summary>A quantized copy in which some nodes stay float.</summary>
    OnnxModel Quantize(IReadOnlySet<string> excludedNodes);
}
