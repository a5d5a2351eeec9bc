using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Calibration;
using MaaS.Onnx.Quantization.Graphs;
using MaaS.Onnx.Quantization.Qdq;


namespace MaaS.Onnx.Quantization.Schemes;

/// <summary>Static int8: see <see cref="StaticQuantizer"/>.</summary>
/// <param name="calibration">Inputs by name; enumerated once for each model.</param>
/// <param name="options">Ranges and nodes; null for the defaults.</param>
public sealed class StaticScheme(
    IEnumerable<IReadOnlyDictionary<string, TensorValue>> calibration, StaticQuantizerOptions? options = null)
        : IQuantizationScheme
{
    private readonly StaticQuantizerOptions _options = options ?? new();

    /// <inheritdoc/>
    public string Name
        => $"static int8 ({_options.Calibration.Name}, {(_options.PerChannel ? "per channel" : "per tensor")})";

    /// <inheritdoc/>
    public IQuantizationCandidate Prepare(OnnxModel model, CancellationToken cancellationToken = default)
    {
        var prepared = GraphPreparation.Prepare(model, _options.ExcludedNodes);
        var quantizer = new StaticQuantizer(_options);
        var ranges = quantizer.Calibrate(prepared, calibration, cancellationToken: cancellationToken);
        return new Candidate(prepared, _options, quantizer.Nodes(prepared), ranges);
    }

    private sealed class Candidate(
        OnnxModel model, StaticQuantizerOptions options, IReadOnlyList<string> nodes, ActivationRanges ranges)
            : IQuantizationCandidate
    {
        public IReadOnlyList<string> Nodes => nodes;

        public OnnxModel Quantize(IReadOnlySet<string> excludedNodes) =>
            new StaticQuantizer(options with { ExcludedNodes = options.ExcludedNodes.Union(excludedNodes).ToHashSet() })
                .Quantize(model, ranges);
    }
}
