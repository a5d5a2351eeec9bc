namespace MaaS.Serving.Telemetry;

/// <summary>What one instrument has measured under one set of labels.</summary>
internal sealed class MetricSeries(KeyValuePair<string, string>[] labels, double[]? bounds)
{
    private readonly long[] _buckets = bounds is null ? [] : new long[bounds.Length + 1];
    private double _sum;
    private long _count;

    public KeyValuePair<string, string>[] Labels { get; } = labels;

    /// <summary>Sum of all values; of a gauge the last.</summary>
    public double Sum => Volatile.Read(ref _sum);

    public long Count => Volatile.Read(ref _count);

    /// <summary>Counts up to each bound, then all.</summary>
    public IEnumerable<(double Bound, long Count)> Cumulative()
    {
        long count = 0;
        for (var i = 0; i < _buckets.Length; i++)
        {
            count += Volatile.Read(ref _buckets[i]);
            yield return (i < bounds!.Length ? bounds[i] : double.PositiveInfinity, count);
        }
    }

    public void Set(double value) => Volatile.Write(ref _sum, value);

    public void Add(double value)
    {
        var sum = Volatile.Read(ref _sum);
        while (true)
        {
            var seen = Interlocked.CompareExchange(ref _sum, sum + value, sum);
            if (seen.Equals(sum))
            {
                break;
            }

            sum = seen;
        }
    }

    public void Record(double value)
    {
        var bucket = Array.BinarySearch(bounds!, value);
        Interlocked.Increment(ref _buckets[bucket < 0 ? ~bucket : bucket]);
        Add(value);
        Interlocked.Increment(ref _count);
    }
}
