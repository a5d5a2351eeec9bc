using MaaS.Core.Inference;
using MaaS.Serving.Models;

namespace MaaS.Serving.Execution;

/// <summary>Runs each request by itself, on the thread it came in on.</summary>
internal sealed class DirectExecutor : IInferenceExecutor
{
    public ValueTask<InferenceOutputs> RunAsync(
        ServedModel model, ReadOnlyMemory<TensorValue> inputs, IReadOnlyList<string>? outputs, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        cancellationToken.ThrowIfCancellationRequested();

        // A run takes microseconds to milliseconds: a token of its own for each would cost more than it saves.
        return ValueTask.FromResult(model.Model.Run(inputs.Span, outputs, CancellationToken.None));
    }
}
