using MaaS.Onnx.Inference;


namespace MaaS.Serving.Execution;

/// <summary>
/// Runs the requests of one loaded model: at once, or gathered into batches. Lives as long as the model.
/// </summary>
public interface IModelRunner : IDisposable
{
    /// <inheritdoc cref="IInferenceExecutor.RunAsync"/>
    ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken);

    /// <summary>Runs at once; null where the runner does not count them.</summary>
    int? Instances
    {
        get => null;
        set { }
    }
}
