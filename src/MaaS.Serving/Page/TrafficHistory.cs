using MaaS.Serving.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Page;

/// <summary>The latest 15 minutes of every version's traffic in steps of 5 s, from the server's own metrics.</summary>
internal sealed class TrafficHistory(MetricStore store, IOptions<MaaSServingOptions> options, TimeProvider time)
    : BackgroundService
{
    /// <summary>Most steps that are kept.</summary>
    public const int MostSteps = 180;

    private readonly Lock _lock = new();
    private readonly Queue<TrafficStep> _steps = new(MostSteps);
    private readonly Dictionary<MetricSeries, long[]> _seen = [];
    private long _last = time.GetTimestamp();

    /// <summary>Length of a step.</summary>
    public static TimeSpan Step { get; } = TimeSpan.FromSeconds(5);

    /// <summary>When the server started.</summary>
    public DateTimeOffset Started { get; } = time.GetUtcNow();

    /// <summary>The steps that ended after a time, the oldest first.</summary>
    public IReadOnlyList<TrafficStep> Since(DateTimeOffset time)
    {
        lock (_lock)
        {
            return [.. _steps.Where(s => s.Time > time)];
        }
    }

    /// <summary>Ends a step.</summary>
    public void Take()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var errors = store.Series("maas_inference_errors_total").GroupBy(Key)
                .ToDictionary(g => g.Key, g => g.Sum(s => Added(s, [(long)s.Sum])[0]));
            var models = store.Series("maas_inference_duration_seconds").GroupBy(Key)
                .Select(g => Figures(g.Key, [.. g], errors.GetValueOrDefault(g.Key)));
            // Whole milliseconds, as clients name the step by them.
            var end = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
            var step = new TrafficStep(end, time.GetElapsedTime(_last, now), [.. models.OfType<TrafficFigures>()]);
            _last = now;
            if (_steps.Count == MostSteps)
            {
                _steps.Dequeue();
            }

            _steps.Enqueue(step);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.Page)
        {
            return;
        }

        using var timer = new PeriodicTimer(Step, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            Take();
        }
    }

    private TrafficFigures? Figures((string Name, string Version) model, MetricSeries[] series, long errors)
    {
        double[] bounds = [.. series[0].Cumulative().Select(b => b.Bound)];
        var counts = new long[bounds.Length];
        foreach (var one in series)
        {
            var added = Added(one, [.. one.Cumulative().Select(b => b.Count)]);
            for (var i = 0; i < counts.Length; i++)
            {
                counts[i] += added[i] - (i == 0 ? 0 : added[i - 1]);
            }
        }

        return HistogramQuantile.Of(0.5, bounds, counts) is not { } median ? null
            : new TrafficFigures(
                model.Name, model.Version, counts.Sum(), errors, median,
                HistogramQuantile.Of(0.99, bounds, counts)!.Value);
    }

    /// <summary>What has been added to a series since the step before.</summary>
    private long[] Added(MetricSeries series, long[] counts)
    {
        var before = _seen.GetValueOrDefault(series);
        _seen[series] = counts;
        return before is null ? counts : [.. counts.Zip(before, (now, then) => now - then)];
    }

    private static (string Name, string Version) Key(MetricSeries series)
        => (Label(series, "model"), Label(series, "version"));

    private static string Label(MetricSeries series, string key) => series.Labels.First(l => l.Key == key).Value;
}
