using System.Diagnostics.Metrics;
using MaaS.Serving.Page;
using MaaS.Serving.Telemetry;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Tests.Page;

public sealed class TrafficHistoryTests
{
    private readonly FakeTime _time = new();
    private Meter _meter = null!;
    private Histogram<double> _duration = null!;
    private Counter<long> _errors = null!;
    private MetricStore _store = null!;
    private TrafficHistory _history = null!;

    [SetUp]
    public void Listen()
    {
        var options = Options.Create(new MaaSServingOptions());
        options.Value.Telemetry.Meters.Clear();
        options.Value.Telemetry.Meters.Add("traffic-history-tests");
        _store = new MetricStore(options);
        _meter = new Meter("traffic-history-tests");
        _duration = _meter.CreateHistogram(
            "maas.inference.duration", "s", null, tags: null,
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.01, 0.1] });
        _errors = _meter.CreateCounter<long>("maas.inference.errors", "{request}");
        _history = new TrafficHistory(_store, options, _time);
    }

    [TearDown]
    public void Stop()
    {
        _history.Dispose();
        _meter.Dispose();
        _store.Dispose();
    }

    [Test]
    public void Take_TwoSteps_HaveWhatHappenedInEach()
    {
        Record("a", 8, 0.0005);
        Record("a", 2, 0.05);
        Record("b", 1, 0.005);
        _errors.Add(1, new("model", "b"), new("version", "1"), new("error.type", "input"));
        Step();
        Record("a", 4, 0.005);
        Step();

        var steps = _history.Since(DateTimeOffset.MinValue);

        Assert.That(steps.Select(s => s.Duration), Is.All.EqualTo(TimeSpan.FromSeconds(5)));
        var (a, b) = (steps[0].Models.Single(m => m.Name == "a"), steps[0].Models.Single(m => m.Name == "b"));
        Assert.That((a.Requests, a.Errors, b.Requests, b.Errors), Is.EqualTo((10L, 0L, 1L, 1L)));
        Assert.That(a.Median, Is.EqualTo(0.001 * 5 / 8).Within(1e-9), "the fifth of the eight below a millisecond");
        Assert.That(a.P99, Is.InRange(0.01, 0.1));
        Assert.That(steps[1].Models, Has.Count.EqualTo(1), "b had nothing");
        Assert.That(steps[1].Models[0].Requests, Is.EqualTo(4));
        Assert.That(_history.Since(steps[0].Time), Is.EqualTo(new[] { steps[1] }));
    }

    [Test]
    public void Take_MoreStepsThanAreKept_ForgetsTheOldest()
    {
        for (var i = 0; i < TrafficHistory.MostSteps + 7; i++)
        {
            Record("a", i, 0.005);
            Step();
        }

        var steps = _history.Since(DateTimeOffset.MinValue);

        Assert.That(steps, Has.Count.EqualTo(TrafficHistory.MostSteps));
        Assert.That(steps[0].Models[0].Requests, Is.EqualTo(7));
    }

    private void Record(string model, int times, double seconds)
    {
        for (var i = 0; i < times; i++)
        {
            _duration.Record(seconds, new("model", model), new("version", "1"));
        }
    }

    private void Step()
    {
        _time.Advance(TimeSpan.FromSeconds(5));
        _history.Take();
    }
}
