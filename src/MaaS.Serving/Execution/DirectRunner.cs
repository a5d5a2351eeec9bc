using MaaS.Core.Inference;

namespace MaaS.Serving.Execution;

/// <summary>Runs each request by itself, on the thread it came in on.</summary>
internal sealed class DirectRunner(InferenceModel model, TimeProvider time) : IModelRunner
{
    public ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var start = time.GetTimestamp();
        if (start > request.Context.Deadline)
        {
            throw new DeadlineExceededException();
        }

        // A run takes microseconds to milliseconds: a token of its own for each would cost more than it saves.
        var outputs = model.Run(request.Inputs.Span, request.Outputs, CancellationToken.None);
        request.Timings.Compute = time.GetElapsedTime(start);
        request.Timings.BatchSize = 1;
        return ValueTask.FromResult(outputs);
    }

    public void Dispose()
    {
    }
}
