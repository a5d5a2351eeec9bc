using MaaS.Onnx.Quantization.Graphs;
using MaaS.Onnx.Quantization.WeightOnly;


namespace MaaS.Onnx.Quantization.Schemes;

/// <summary>4- or 8-bit weights, float activations: see <see cref="WeightOnlyQuantizer"/>.</summary>
/// <param name="options">Bits and blocks; null for the defaults.</param>
public sealed class WeightOnlyScheme(WeightOnlyQuantizerOptions? options = null) : IQuantizationScheme
{
    private readonly WeightOnlyQuantizerOptions _options = options ?? new();

    /// <inheritdoc/>
    public string Name => $"weight-only int{_options.Bits} (blocks of {_options.BlockSize})";

    /// <inheritdoc/>
    public IQuantizationCandidate Prepare(OnnxModel model, CancellationToken cancellationToken = default) =>
        new Candidate(GraphPreparation.Prepare(model, _options.ExcludedNodes), _options);

    private sealed class Candidate(OnnxModel model, WeightOnlyQuantizerOptions options) : IQuantizationCandidate
    {
        public IReadOnlyList<string> Nodes { get; } = new WeightOnlyQuantizer(options).Nodes(model);

        public OnnxModel Quantize(IReadOnlySet<string> excludedNodes) =>
            new WeightOnlyQuantizer(
                options with { ExcludedNodes = options.ExcludedNodes.Union(excludedNodes).ToHashSet() })
                .Quantize(model);
    }
}
