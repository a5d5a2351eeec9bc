namespace MaaS.Serving.Page;

/// <summary>Quantiles of values that are only known as counts in buckets.</summary>
internal static class HistogramQuantile
{
    /// <summary>A quantile, taken to lie evenly inside its bucket.</summary>
    /// <param name="quantile">0 to 1.</param>
    /// <param name="bounds">Upper bounds of the buckets, rising; the last is infinite.</param>
    /// <param name="counts">How many values each bucket has.</param>
    /// <returns>Null where there is no value; of the last bucket its lower bound.</returns>
    /// <remarks>As Prometheus' <c>histogram_quantile</c>.</remarks>
    public static double? Of(double quantile, ReadOnlySpan<double> bounds, ReadOnlySpan<long> counts)
    {
        long total = 0;
        foreach (var count in counts)
        {
            total += count;
        }

        if (total == 0)
        {
            return null;
        }

        var (rank, below, bucket) = (quantile * total, 0L, 0);
        while (bucket < counts.Length - 1 && below + counts[bucket] < rank)
        {
            below += counts[bucket++];
        }

        var lower = bucket == 0 ? 0 : bounds[bucket - 1];
        return double.IsPositiveInfinity(bounds[bucket])
            ? lower : lower + ((bounds[bucket] - lower) * (rank - below) / Math.Max(counts[bucket], 1));
    }
}
