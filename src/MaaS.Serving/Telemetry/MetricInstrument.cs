using System.Diagnostics.Metrics;

namespace MaaS.Serving.Telemetry;

/// <summary>One instrument with everything it has measured.</summary>
internal sealed class MetricInstrument
{
    // Labels come from names of models and kinds of errors; a meter that makes more sets than this is cut off.
    private const int MostSeries = 4096;

    private static readonly double[] DefaultBounds =
        [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    private readonly Lock _adding = new();
    private readonly double[]? _bounds;
    private volatile Entry[] _series = [];

    public MetricInstrument(Instrument instrument, MetricKind kind)
    {
        Kind = kind;
        Description = instrument.Description ?? "";
        Name = PrometheusText.Name(instrument.Name, instrument.Unit, kind);
        _bounds = kind == MetricKind.Histogram ? Bounds(instrument) : null;
    }

    public MetricKind Kind { get; }

    public string Name { get; }

    public string Description { get; }

    public IEnumerable<MetricSeries> Series => _series.Select(e => e.Series);

    public void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Find(tags) is not { } series)
        {
            return;
        }

        switch (Kind)
        {
            case MetricKind.Histogram:
                series.Record(value);
                break;
            case MetricKind.Gauge:
                series.Set(value);
                break;
            default:
                series.Add(value);
                break;
        }
    }

    /// <summary>Forgets what a gauge said of things that are gone.</summary>
    public void Clear() => _series = [];

    private MetricSeries? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var entry in _series)
        {
            if (entry.Has(tags))
            {
                return entry.Series;
            }
        }

        lock (_adding)
        {
            foreach (var entry in _series)
            {
                if (entry.Has(tags))
                {
                    return entry.Series;
                }
            }

            if (_series.Length >= MostSeries)
            {
                return null;
            }

            var added = new Entry(tags.ToArray(), _bounds);
            _series = [.. _series, added];
            return added.Series;
        }
    }

    private static double[] Bounds(Instrument instrument) => instrument switch
    {
        Instrument<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Instrument<int> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => (double)b)],
        Instrument<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(b => (double)b)],
        _ => DefaultBounds,
    };

    private sealed class Entry(KeyValuePair<string, object?>[] tags, double[]? bounds)
    {
        public MetricSeries Series { get; } = new(
            [.. tags.Select(
                t => KeyValuePair.Create(
                    PrometheusText.Label(t.Key),
                    Convert.ToString(t.Value, System.Globalization.CultureInfo.InvariantCulture) ?? ""))], bounds);

        public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> others)
        {
            if (others.Length != tags.Length)
            {
                return false;
            }

            for (var i = 0; i < tags.Length; i++)
            {
                if (tags[i].Key != others[i].Key || !Equals(tags[i].Value, others[i].Value))
                {
                    return false;
                }
            }

            return true;
        }
    }
}

/// <summary>How measurements become one number.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,

    /// <summary>A sum that goes up and down: shown as a gauge.</summary>
    Level,
}
