using System.Collections.Concurrent;
using MaaS.Serving.Execution;

namespace MaaS.Serving.Protocols.OpenInference.Statistics;

/// <summary>The counters of every model; a version that is loaded again goes on counting.</summary>
internal sealed class ServingStatistics(TimeProvider time) : ICallObserver
{
    private readonly ConcurrentDictionary<(string Name, long Version), ModelCounters> _counters = new();

    public ModelCounters Of(string name, long version)
        => _counters.GetOrAdd((name, version), static key => new ModelCounters(key.Name, key.Version));

    public void Begin(InferenceRequest request)
    {
        // Only calls that have ended are counted.
    }

    public void End(InferenceRequest request, TimeSpan duration, Exception? exception)
    {
        var counters = Of(request.Model.Name, request.Model.Version);
        if (exception is null)
        {
            counters.AddSuccess(request.Rows, request.Timings, duration, time.GetUtcNow());
        }
        else
        {
            counters.AddFailure(duration, time.GetUtcNow());
        }
    }
}
