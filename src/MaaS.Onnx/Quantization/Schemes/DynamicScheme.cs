using MaaS.Onnx.Quantization.Dynamic;
using MaaS.Onnx.Quantization.Graphs;


namespace MaaS.Onnx.Quantization.Schemes;

/// <summary>Dynamic int8: see <see cref="DynamicQuantizer"/>.</summary>
/// <param name="options">What to quantize; null for the defaults.</param>
public sealed class DynamicScheme(DynamicQuantizerOptions? options = null) : IQuantizationScheme
{
    private readonly DynamicQuantizerOptions _options = options ?? new();

    /// <inheritdoc/>
    public string Name => $"dynamic int8 ({(_options.PerChannel ? "per channel" : "per tensor")})";

    /// <inheritdoc/>
    public IQuantizationCandidate Prepare(OnnxModel model, CancellationToken cancellationToken = default) =>
        new Candidate(GraphPreparation.Prepare(model, _options.ExcludedNodes), _options);

    private sealed class Candidate(OnnxModel model, DynamicQuantizerOptions options) : IQuantizationCandidate
    {
        public IReadOnlyList<string> Nodes { get; } = new DynamicQuantizer(options).Nodes(model);

        public OnnxModel Quantize(IReadOnlySet<string> excludedNodes) =>
            new DynamicQuantizer(
                options with { ExcludedNodes = options.ExcludedNodes.Union(excludedNodes).ToHashSet() })
                .Quantize(model);
    }
}
