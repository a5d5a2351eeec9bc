namespace MaaS.Onnx.Inference;

/// <summary>How ONNX Runtime runs a model.</summary>
public sealed record InferenceOptions
{
    /// <summary>Threads inside one operator; 0 lets ONNX Runtime take one a core. Default 0.</summary>
    public int IntraOpThreads { get; init; }

    /// <summary>Operators that may run side by side; 1 runs them in order. Default 1.</summary>
    public int InterOpThreads { get; init; } = 1;

    /// <summary>
    /// Whether idle threads spin for the next operator: a little faster on a machine of one's own, several times slower
    /// where cores are shared. Default false.
    /// </summary>
    public bool AllowSpinning { get; init; }

    /// <summary>
    /// What runs the operators, the first that can run one: <c>cpu</c>, <c>cuda</c>, <c>tensorrt</c>, <c>openvino</c>,
    /// <c>coreml</c>, <c>dml</c>. The processor runs what no other can. The application references the package that
    /// brings a provider; asking for one that is not there is an error that names the package. Default: the processor
    /// alone.
    /// </summary>
    public IReadOnlyList<string> Providers { get; init; } = [];

    /// <summary>Whether ONNX Runtime optimises the graph at load. Default true.</summary>
    public bool OptimizeGraph { get; init; } = true;
}
