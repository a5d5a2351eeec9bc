using MaaS.Serving.Page;
using MaaS.Serving.Telemetry;

namespace MaaS.Serving.Catalogue;

/// <summary>Requests to one version since the server started.</summary>
/// <param name="Requests">Requests that ended, answered or not.</param>
/// <param name="MedianMs">Milliseconds that half of them took at most, queue and all.</param>
/// <param name="P99Ms">Milliseconds that 99 of 100 took at most.</param>
internal sealed record VersionUse(long Requests, double MedianMs, double P99Ms)
{
    /// <summary>Reads the server's own histogram, so that the figures are as fine as its buckets.</summary>
    public static IReadOnlyDictionary<(string Name, long Version), VersionUse> ReadAll(MetricStore store)
    {
        Dictionary<(string, long), VersionUse> uses = [];
        foreach (var group in store.Series("maas_inference_duration_seconds")
            .GroupBy(static s => (Label(s, "model"), Label(s, "version"))))
        {
            if (long.TryParse(group.Key.Item2, out var version) && Of([.. group]) is { } use)
            {
                uses[(group.Key.Item1, version)] = use;
            }
        }

        return uses;
    }

    private static VersionUse? Of(MetricSeries[] series)
    {
        double[] bounds = [.. series[0].Cumulative().Select(static b => b.Bound)];
        var counts = new long[bounds.Length];
        foreach (var one in series)
        {
            var below = 0L;
            foreach (var (i, bucket) in one.Cumulative().Index())
            {
                counts[i] += bucket.Count - below;
                below = bucket.Count;
            }
        }

        return HistogramQuantile.Of(0.5, bounds, counts) is { } median
            ? new VersionUse(counts.Sum(), 1000 * median, 1000 * HistogramQuantile.Of(0.99, bounds, counts)!.Value)
            : null;
    }

    private static string Label(MetricSeries series, string key)
        => series.Labels.First(l => l.Key == key).Value;
}
