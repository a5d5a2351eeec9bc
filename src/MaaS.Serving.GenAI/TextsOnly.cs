using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;

namespace MaaS.Serving.GenAI;

/// <summary>Refuses tensors for a model that continues texts and does nothing else.</summary>
/// <param name="name">The model, for errors.</param>
internal sealed class TextsOnly(string name) : IModelRunner
{
    public ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
        => throw new ModelInputException($"{name}: expected a text at its generate address, got tensors.");

    public void Dispose()
    {
        // It holds nothing.
    }
}
