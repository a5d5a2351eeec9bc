using System.Diagnostics;
using MaaS.Training.Fitting.Processes;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Sums losses and measures over an epoch on the model's device, and reads them back now and then.</summary>
internal sealed class EpochMeter(Device device) : IDisposable
{
    private readonly Dictionary<string, (Tensor Sum, Tensor Count)> _sums = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private double _earlier;
    private bool _restored;

    /// <summary>Samples of all processes.</summary>
    public long Samples { get; private set; }

    /// <summary>Wall time of the epoch, that before a resumed checkpoint included.</summary>
    public double Seconds => _earlier + Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Speed since the epoch began or was resumed.</summary>
    public double SamplesPerSecond => (Samples - EarlierSamples) / Stopwatch.GetElapsedTime(_start).TotalSeconds;

    private long EarlierSamples { get; set; }

    /// <summary>Adds batches of this process.</summary>
    public void Add(BatchGradient batch)
    {
        Add(BatchMetrics.LossName, batch.LossSum, batch.Weight);
        Add(batch.Means);
    }

    /// <summary>Counts samples.</summary>
    public void Count(long samples) => Samples += samples;

    /// <summary>Adds measures.</summary>
    public void Add(IEnumerable<(string Name, Tensor Sum, Tensor Count)> means)
    {
        foreach (var (name, sum, count) in means)
        {
            Add(name, sum, count);
        }
    }

    /// <summary>Adds to one measure.</summary>
    public void Add(string name, Tensor sum, Tensor count)
    {
        using var noGrad = no_grad();
        if (!_sums.TryGetValue(name, out var total))
        {
            total = (Zero(), Zero());
            _sums.Add(name, total);
        }

        total.Sum.add_(sum);
        total.Count.add_(count);
    }

    /// <summary>Sums and counts of this process.</summary>
    public Dictionary<string, double[]> Totals()
        => _sums.ToDictionary(
            static s => s.Key, static s => new[] { s.Value.Sum.item<double>(), s.Value.Count.item<double>() });

    /// <summary>Means of this process.</summary>
    public Dictionary<string, double> Means() => Divided(Totals());

    /// <summary>Sums and counts of all processes.</summary>
    /// <param name="group">Null for this one alone.</param>
    public Dictionary<string, double[]> Totals(IProcessGroup? group) => GroupTotals.Sum(Totals(), group);

    /// <summary>Goes on from saved sums.</summary>
    public void Restore(IReadOnlyDictionary<string, double[]> totals, long samples, double seconds)
    {
        if (_restored)
        {
            throw new InvalidOperationException("EpochMeter: expected to be restored once.");
        }

        (_restored, Samples, EarlierSamples, _earlier) = (true, samples, samples, seconds);
        foreach (var (name, total) in totals)
        {
            using var sum = tensor(total[0], ScalarType.Float64);
            using var count = tensor(total[1], ScalarType.Float64);
            Add(name, sum.to(device), count.to(device));
        }
    }

    /// <summary>Sums divided by their counts.</summary>
    public static Dictionary<string, double> Divided(IReadOnlyDictionary<string, double[]> totals)
        => totals.ToDictionary(static t => t.Key, static t => t.Value[0] / t.Value[1]);

    public void Dispose()
    {
        foreach (var (sum, count) in _sums.Values)
        {
            sum.Dispose();
            count.Dispose();
        }
    }

    private Tensor Zero() => zeros([], ScalarType.Float64, device).DetachFromDisposeScope();
}
