using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Telemetry;

/// <summary>Listens to meters from the server's start and holds what they have measured.</summary>
internal sealed class MetricStore : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, MetricInstrument> _instruments = new();
    private readonly Lock _observing = new();

    public MetricStore(IOptions<MaaSServingOptions> options)
    {
        var meters = options.Value.Telemetry.Meters.ToFrozenSet(StringComparer.Ordinal);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (meters.Contains(instrument.Meter.Name) && Kind(instrument) is { } kind)
            {
                var held = _instruments.GetOrAdd(instrument, i => new MetricInstrument(i, kind));
                listener.EnableMeasurementEvents(instrument, held);
            }
        };
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, held) => Measure(held, value, tags));
        _listener.SetMeasurementEventCallback<float>(static (_, value, tags, held) => Measure(held, value, tags));
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, held) => Measure(held, value, tags));
        _listener.SetMeasurementEventCallback<int>(static (_, value, tags, held) => Measure(held, value, tags));
        _listener.Start();
    }

    /// <summary>What the instruments of that name hold; observable ones are not asked.</summary>
    /// <param name="name">As Prometheus sees it.</param>
    public IEnumerable<MetricSeries> Series(string name)
        => _instruments.Values.Where(i => i.Name == name).SelectMany(i => i.Series);

    /// <summary>All instruments, with the observable ones asked just now.</summary>
    public IReadOnlyList<MetricInstrument> Read()
    {
        lock (_observing)
        {
            foreach (var (instrument, held) in _instruments)
            {
                if (instrument.IsObservable)
                {
                    held.Clear();
                }
            }

            _listener.RecordObservableInstruments();
            return [.. _instruments.Values.OrderBy(i => i.Name, StringComparer.Ordinal)];
        }
    }

    public void Dispose() => _listener.Dispose();

    private static void Measure(object? held, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        => ((MetricInstrument)held!).Measure(value, tags);

    private static MetricKind? Kind(Instrument instrument)
    {
        var type = instrument.GetType();
        return !type.IsGenericType ? null
            : type.GetGenericTypeDefinition() is var generic && generic == typeof(Histogram<>) ? MetricKind.Histogram
            : generic == typeof(Counter<>) || generic == typeof(ObservableCounter<>) ? MetricKind.Counter
            : generic == typeof(UpDownCounter<>) || generic == typeof(ObservableUpDownCounter<>) ? MetricKind.Level
            : generic == typeof(Gauge<>) || generic == typeof(ObservableGauge<>) ? MetricKind.Gauge : null;
    }
}
