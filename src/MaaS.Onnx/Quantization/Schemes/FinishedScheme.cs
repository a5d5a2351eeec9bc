
namespace MaaS.Onnx.Quantization.Schemes;

/// <summary>A model that is quantized already, by quantization-aware training or elsewhere, to be measured like the
/// others.</summary>
/// <param name="name">What reports call it.</param>
/// <param name="quantized">It takes the float model's inputs; not changed.</param>
public sealed class FinishedScheme(string name, OnnxModel quantized) : IQuantizationScheme
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public IQuantizationCandidate Prepare(OnnxModel model, CancellationToken cancellationToken = default)
        => new Candidate(name, quantized);

    // One part that cannot be divided: with a single node the gate looks for no mixed precision.
    private sealed class Candidate(string name, OnnxModel quantized) : IQuantizationCandidate
    {
        public IReadOnlyList<string> Nodes { get; } = [name];

        public OnnxModel Quantize(IReadOnlySet<string> excludedNodes) => quantized;
    }
}
