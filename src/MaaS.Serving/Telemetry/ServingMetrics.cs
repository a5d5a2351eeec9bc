using System.Diagnostics;
using System.Diagnostics.Metrics;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Models;

namespace MaaS.Serving.Telemetry;

/// <summary>The instruments of model serving, in the units and with the names of OpenTelemetry's conventions.</summary>
internal sealed class ServingMetrics : ICallObserver, IDisposable
{
    public const string MeterName = TelemetryOptions.MeterName;

    private readonly Meter _meter;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _queue;
    private readonly Histogram<double> _compute;
    private readonly Histogram<int> _batch;
    private readonly UpDownCounter<int> _active;
    private long _activeNow;
    private readonly Counter<long> _errors;
    private readonly Counter<long> _cacheHits;

    public ServingMetrics(IMeterFactory meters, ModelRepository models)
    {
        _meter = meters.Create(MeterName);
        var seconds = new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [
                0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
        };
        _duration = _meter.CreateHistogram(
            "maas.inference.duration", "s", "From a request's tensors to its outputs, queue and all.", tags: null,
            advice: seconds);
        _queue = _meter.CreateHistogram(
            "maas.inference.queue.duration", "s", "Waiting for a batch and for a free session.", tags: null,
            advice: seconds);
        _compute = _meter.CreateHistogram(
            "maas.inference.compute.duration", "s", "The run of the network that answered.", tags: null,
            advice: seconds);
        _batch = _meter.CreateHistogram(
            "maas.inference.batch.size", "{row}", "Rows of the run that answered a request.", tags: null,
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });
        _active = _meter.CreateUpDownCounter<int>(
            "maas.inference.active", "{request}", "Requests on their way through a model.");
        _errors = _meter.CreateCounter<long>(
            "maas.inference.errors", "{request}", "Requests without an answer, by kind.");
        _cacheHits = _meter.CreateCounter<long>(
            "maas.inference.cache.hits", "{request}", "Answers from the response cache.");
        _meter.CreateObservableCounter<long>(
            "maas.model.loads", () => Loads(models.LoadCounts), "{load}", "Loads of models, by outcome.");
        _meter.CreateObservableGauge(
            "maas.model.available",
            () => models.Index()
                .Select(v => new Measurement<int>(v.State == ModelState.Available ? 1 : 0, Tags(v.Name, v.Version))),
            "{model}", "1 for a version that answers, 0 for one that does not.");
        _meter.CreateObservableGauge(
            "maas.model.failed",
            () => models.Index().Where(v => v.ErrorMessage.Length > 0)
                .Select(v => new Measurement<int>(1, FaultTags(v))),
            "{model}",
            "1 for a version whose content could not be read or loaded, by the kind of the fault; an older content may "
                + "answer.");
        _meter.CreateObservableGauge(
            "maas.server.ready", () => models.IsReady ? 1 : 0, "{server}", "1 while the server is ready.");
        _meter.CreateObservableGauge(
            "maas.process.memory", static () => Environment.WorkingSet, "By",
            "Resident memory of the process, ONNX Runtime's among it.");
    }

    /// <summary>Requests on their way through a model now.</summary>
    public long Active => Interlocked.Read(ref _activeNow);

    public void Begin(InferenceRequest request)
    {
        Interlocked.Increment(ref _activeNow);
        _active.Add(1, Tags(request.Model.Name, request.Model.Version));
    }

    public void End(InferenceRequest request, TimeSpan duration, Exception? exception)
    {
        var timings = request.Timings;
        var tags = Tags(request.Model.Name, request.Model.Version);
        Interlocked.Decrement(ref _activeNow);
        _active.Add(-1, tags);
        _duration.Record(duration.TotalSeconds, tags);
        if (exception is not null)
        {
            tags.Add("error.type", FailureKind.Of(exception));
            _errors.Add(1, tags);
        }
        else if (timings.IsCacheHit)
        {
            _cacheHits.Add(1, tags);
        }
        else
        {
            _queue.Record(timings.Queue.TotalSeconds, tags);
            _compute.Record(timings.Compute.TotalSeconds, tags);
            _batch.Record(timings.BatchSize, tags);
        }
    }

    public void Dispose() => _meter.Dispose();

    private static Measurement<long>[] Loads((long Succeeded, long Failed) counts)
        => [
            new(counts.Succeeded, new KeyValuePair<string, object?>("outcome", "success")),
            new(counts.Failed, new KeyValuePair<string, object?>("outcome", "failure"))];

    private static TagList FaultTags(ModelVersionStatus status)
    {
        var tags = Tags(status.Name, status.Version);
        tags.Add("error.type", status.ErrorCode);
        return tags;
    }

    // Boxing the version of each request would be the only allocation here.
    private static TagList Tags(string name, long version)
        => new() { { "model", name }, { "version", VersionText.Of(version) } };
}
