using System.Diagnostics;
using System.Runtime.InteropServices;
using MaaS.Training.Fitting.Processes;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Sums losses and measures over an epoch.</summary>
internal sealed class EpochMeter
{
    private readonly Dictionary<string, (double Sum, double Count)> _sums = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private double _earlier;
    private long _earlierSamples;

    /// <summary>Samples of all processes.</summary>
    public long Samples { get; private set; }

    /// <summary>Wall time of the epoch, that before a resumed checkpoint included.</summary>
    public double Seconds => _earlier + Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Speed since the epoch began or was resumed.</summary>
    public double SamplesPerSecond => (Samples - _earlierSamples) / Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Adds batches of this process.</summary>
    public void Add(BatchGradient batch)
    {
        Add(BatchMetrics.LossName, batch.LossSum, batch.Weight);
        Add(batch.Means);
    }

    /// <summary>Counts samples.</summary>
    public void Count(long samples) => Samples += samples;

    /// <summary>Adds measures.</summary>
    public void Add(List<(string Name, double Sum, double Count)> means)
    {
        foreach (var (name, sum, count) in means)
        {
            Add(name, sum, count);
        }
    }

    /// <summary>Adds to one measure.</summary>
    public void Add(string name, double sum, double count)
    {
        ref var total = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, name, out _);
        total = (total.Sum + sum, total.Count + count);
    }

    /// <summary>Sums and counts of this process.</summary>
    public Dictionary<string, double[]> Totals()
        => _sums.ToDictionary(static s => s.Key, static s => new[] { s.Value.Sum, s.Value.Count });

    /// <summary>Means of this process.</summary>
    public Dictionary<string, double> Means() => Divided(Totals());

    /// <summary>Sums and counts of all processes.</summary>
    /// <param name="group">Null for this one alone.</param>
    public Dictionary<string, double[]> Totals(IProcessGroup? group) => GroupTotals.Sum(Totals(), group);

    /// <summary>Goes on from saved sums.</summary>
    public void Restore(IReadOnlyDictionary<string, double[]> totals, long samples, double seconds)
    {
        (Samples, _earlierSamples, _earlier) = (samples, samples, seconds);
        foreach (var (name, total) in totals)
        {
            _sums[name] = (total[0], total[1]);
        }
    }

    /// <summary>Sums divided by their counts.</summary>
    public static Dictionary<string, double> Divided(IReadOnlyDictionary<string, double[]> totals)
        => totals.ToDictionary(static t => t.Key, static t => t.Value[0] / t.Value[1]);
}
