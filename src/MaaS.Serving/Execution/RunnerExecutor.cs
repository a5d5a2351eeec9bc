using MaaS.Onnx.Inference;


namespace MaaS.Serving.Execution;

/// <summary>The end of the chain: hands each request to its model's own runner.</summary>
internal sealed class RunnerExecutor : IInferenceExecutor
{
    public ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
        => request.Model.Runner.RunAsync(request, cancellationToken);
}
