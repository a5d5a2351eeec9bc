using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;


namespace MaaS.Serving.Execution;

/// <summary>
/// The one path that every protocol takes from tensors to tensors. It is a chain: the innermost executor runs the
/// model, each <see cref="ExecutorLayer"/> around it adds one concern.
/// </summary>
public interface IInferenceExecutor
{
    /// <summary>Runs a model.</summary>
    /// <param name="request">Model, inputs and wanted outputs.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    /// <returns>The outputs; the caller disposes them.</returns>
    /// <exception cref="ModelInputException">An input does not fit the model.</exception>
    /// <exception cref="InferenceException">The model failed.</exception>
    /// <exception cref="QueueFullException">Too many requests wait for this model.</exception>
    /// <exception cref="DeadlineExceededException">The deadline passed before the answer was there.</exception>
    /// <exception cref="OperationCanceledException">The token fired.</exception>
    ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken);
}
