using System.Diagnostics;
using MaaS.Training.Fitting.Callbacks;
using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Reports;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Tells about ten times a second where a run stands.</summary>
/// <param name="progress">Null to tell nobody.</param>
/// <param name="samples">Samples of an epoch; null where only reading tells.</param>
/// <param name="length">How long the run is.</param>
internal sealed class ProgressReports(IProgress<TrainingProgress>? progress, long? samples, RunLength length)
{
    private const double ReportSeconds = 0.1;

    private readonly List<string> _warnings = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private double _next;
    private long _firstStep = -1;

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
        });
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

    private TimeSpan? Remaining(double seconds, long step)
        => length.StepsPerEpoch is { } steps
            ? TimeSpan.FromSeconds(
                Math.Max(0, (length.Epochs * steps) - step) * seconds / Math.Max(1, step - _firstStep))
            : null;
}
