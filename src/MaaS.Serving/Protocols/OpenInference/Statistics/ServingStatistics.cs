using System.Collections.Concurrent;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;

namespace MaaS.Serving.Protocols.OpenInference.Statistics;

/// <summary>The counters of every model; a version that is loaded again goes on counting.</summary>
internal sealed class ServingStatistics
{
    private readonly ConcurrentDictionary<(string Name, long Version), ModelCounters> _counters = new();

    /// <summary>The layer that counts.</summary>
    public static ExecutorLayer Layer { get; } = new(
        ExecutorOrder.Statistics,
        static (services, next) => new CountingExecutor(
            next, (ServingStatistics)services.GetService(typeof(ServingStatistics))!, (TimeProvider)services.GetService(typeof(TimeProvider))!));

    public ModelCounters Of(string name, long version)
        => _counters.GetOrAdd((name, version), static key => new ModelCounters(key.Name, key.Version));

    /// <summary>Samples of a request.</summary>
    public static long Rows(InferenceRequest request)
        => request.Inputs.Span is [{ Shape: [var rows, ..] }, ..] && request.Model.Inputs[0].HasBatchAxis() ? rows : 1;

    private sealed class CountingExecutor(IInferenceExecutor next, ServingStatistics statistics, TimeProvider time) : IInferenceExecutor
    {
        public async ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
        {
            var counters = statistics.Of(request.Model.Name, request.Model.Version);
            var start = time.GetTimestamp();
            try
            {
                var outputs = await next.RunAsync(request, cancellationToken).ConfigureAwait(false);
                counters.AddSuccess(Rows(request), request.Timings, time.GetElapsedTime(start), time.GetUtcNow());
                return outputs;
            }
            catch
            {
                counters.AddFailure(time.GetElapsedTime(start), time.GetUtcNow());
                throw;
            }
        }

    }
}
