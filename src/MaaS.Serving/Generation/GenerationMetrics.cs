using System.Diagnostics;
using System.Diagnostics.Metrics;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using MaaS.Serving.Models;
using MaaS.Serving.Telemetry;

namespace MaaS.Serving.Generation;

/// <summary>The instruments of text generation.</summary>
internal sealed class GenerationMetrics
{
    private readonly TimeProvider _time;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _firstToken;
    private readonly Histogram<double> _interval;
    private readonly UpDownCounter<int> _active;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _errors;

    public GenerationMetrics(IMeterFactory meters, TimeProvider time, ModelRepository models)
    {
        _time = time;
        var meter = meters.Create(ServingMetrics.MeterName);
        var seconds = new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
        };
        _duration = meter.CreateHistogram(
            "maas.generation.duration", "s", "From a prompt to the end of its text.", tags: null, advice: seconds);
        _firstToken = meter.CreateHistogram(
            "maas.generation.first_token.duration",
            "s",
            "From a prompt to the first token.",
            tags: null,
            advice: seconds);
        _interval = meter.CreateHistogram(
            "maas.generation.token.interval",
            "s",
            "From a token to the next one of its text.",
            tags: null,
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
            });
        _active = meter.CreateUpDownCounter<int>("maas.generation.active", "{text}", "Texts in the making.");
        _tokens = meter.CreateCounter<long>("maas.generation.tokens", "{token}", "Generated tokens.");
        _errors = meter.CreateCounter<long>(
            "maas.generation.errors", "{request}", "Texts that were not finished, by kind.");
        EngineMetrics.Add(meter, models);
    }

    /// <summary>A text is begun.</summary>
    public Measurement Begin(ServedModel model)
    {
        TagList tags = new() { { "model", model.Name }, { "version", VersionText.Of(model.Version) } };
        _active.Add(1, tags);
        return new Measurement(this, tags, _time.GetTimestamp());
    }

    /// <summary>Measures one text.</summary>
    internal sealed class Measurement(GenerationMetrics metrics, TagList tags, long start)
    {
        private readonly long _start = start;
        private int _count;
        private long _last = start;

        /// <summary>A token is there.</summary>
        public void Count()
        {
            var now = metrics._time.GetTimestamp();
            var histogram = _count++ == 0 ? metrics._firstToken : metrics._interval;
            histogram.Record(metrics._time.GetElapsedTime(_last, now).TotalSeconds, tags);
            _last = now;
        }

        /// <summary>The text has ended.</summary>
        /// <param name="failure">Before its end; null where it is whole.</param>
        public void End(Exception? failure)
        {
            metrics._active.Add(-1, tags);
            metrics._tokens.Add(_count, tags);
            metrics._duration.Record(metrics._time.GetElapsedTime(_start).TotalSeconds, tags);
            if (failure is not null)
            {
                var errors = tags;
                errors.Add("error.type", FailureKind.Of(failure));
                metrics._errors.Add(1, errors);
            }
        }
    }
}
