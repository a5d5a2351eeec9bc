using MaaS.Core.Inference;
using MaaS.Serving.Models;

namespace MaaS.Serving.Execution;

/// <summary>The one path that every protocol takes from tensors to tensors.</summary>
public interface IInferenceExecutor
{
    /// <summary>Runs a model.</summary>
    /// <param name="model">Which.</param>
    /// <param name="inputs">In the model's order; the caller disposes them after the task has ended.</param>
    /// <param name="outputs">Names of the outputs wanted; null for all.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    /// <returns>The outputs; the caller disposes them.</returns>
    ValueTask<InferenceOutputs> RunAsync(
        ServedModel model, ReadOnlyMemory<TensorValue> inputs, IReadOnlyList<string>? outputs, CancellationToken cancellationToken);
}
