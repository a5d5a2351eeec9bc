using System.Diagnostics;
using MaaS.Training.Data.Streams;
using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Reports;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Tells about ten times a second where a run stands.</summary>
/// <param name="progress">Null to tell nobody.</param>
/// <param name="samples">Samples of an epoch; null where only reading tells.</param>
/// <param name="length">How long the run is.</param>
/// <param name="source">What measures the reading of training batches; null where nothing does.</param>
internal sealed class ProgressReports(
    IProgress<TrainingProgress>? progress, long? samples, RunLength length, IMeasuredSource? source)
{
    // Every reading waits for its first batch: what takes less than a second is not worth a warning.
    private const double ReportSeconds = 0.1, WorthAWarning = 1;

    private readonly List<string> _warnings = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private double _next;
    private long _firstStep = -1;
    private ReadStatistics? _read;
    private bool _waitTold;

    /// <summary>What was warned of.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>After a step.</summary>
    public void Step(EpochMeter meter, TrainingContext context)
    {
        var seconds = Stopwatch.GetElapsedTime(_start).TotalSeconds;
        if (_firstStep < 0)
        {
            _firstStep = context.Step - 1;
        }

        if (progress is null || seconds < _next)
        {
            return;
        }

        _next = seconds + ReportSeconds;
        var read = Reading();
        var means = meter.Means();
        progress.Report(new TrainingProgress(
            context.Epoch, length.Epochs, meter.Samples, samples ?? 0,
            means.GetValueOrDefault(BatchMetrics.LossName, double.NaN),
            means.GetValueOrDefault(ClassificationTask.Accuracy, double.NaN), meter.SamplesPerSecond)
        {
            Metrics = means,
            LearningRate = context.LearningRate,
            Memory = Environment.WorkingSet,
            Remaining = Remaining(seconds, context.Step),
            ReadSamplesPerSecond = read?.SamplesPerSecond,
            WaitShare = read?.WaitShare,
        });
    }

    /// <summary>After an epoch's last step, before something else is read.</summary>
    /// <param name="warn">Learns, once a run, that steps waited for the source.</param>
    public void ReadingEnded(Action<string> warn)
    {
        _read = Reading();
        if (!_waitTold && _read is { Note: { } note, WaitSeconds: >= WorthAWarning })
        {
            _waitTold = true;
            warn(note);
        }
    }

    /// <summary>After an epoch.</summary>
    public void Completed(EpochResult epoch, long seen)
    {
        _next = 0;   // The first step of the next epoch is told of.
        progress?.Report(new TrainingProgress(
            epoch.Epoch, length.Epochs, samples ?? seen, samples ?? seen, epoch.TrainLoss, epoch.TrainAccuracy,
            (samples ?? seen) / epoch.Seconds, epoch)
        {
            Metrics = epoch.TrainMetrics,
            LearningRate = epoch.LearningRate,
            Memory = Environment.WorkingSet,
            ReadSamplesPerSecond = _read?.SamplesPerSecond,
            WaitShare = _read?.WaitShare,
        });
    }

    /// <summary>Something went wrong that does not end the run.</summary>
    public void Warn(string message, TrainingContext context)
    {
        _warnings.Add(message);
        progress?.Report(new TrainingProgress(
            Math.Max(1, context.Epoch), length.Epochs, 0, samples ?? 0, context.Loss, double.NaN, 0)
        {
            Warning = message,
        });
    }

    // A source made of another one may stand before one that measures nothing.
    private ReadStatistics? Reading() => source?.Statistics is { Samples: > 0 } read ? read : null;

    private TimeSpan? Remaining(double seconds, long step)
        => length.StepsPerEpoch is { } steps
            ? TimeSpan.FromSeconds(
                Math.Max(0, (length.Epochs * steps) - step) * seconds / Math.Max(1, step - _firstStep))
            : null;
}
