using MaaS.Training.Fitting.Tasks;
using MaaS.Training.Reports;
using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Loop;

/// <summary>The metric that tells which epoch is the best.</summary>
/// <param name="Name">As the task gives it.</param>
/// <param name="GreaterIsBetter">Its direction.</param>
internal sealed record MonitoredMetric(string Name, bool GreaterIsBetter)
{
    /// <summary>The metric of some options, or of a task where they name none.</summary>
    public static MonitoredMetric Of<TModel, TBatch>(TrainerOptions options, TrainingTask<TModel, TBatch> task)
        where TModel : nn.Module
    {
        var name = options.Monitor ?? task.Monitor;
        return new MonitoredMetric(
            name,
            options.MonitorGreaterIsBetter ?? (name != BatchMetrics.LossName && task.GreaterIsBetter(name)));
    }

    /// <summary>Its value in an epoch: of the validation set where there is one.</summary>
    /// <exception cref="ArgumentException">The task does not give it; the message lists what it gives.</exception>
    public double Of(EpochResult epoch)
    {
        var metrics = epoch.ValidationMetrics.Count > 0 ? epoch.ValidationMetrics : epoch.TrainMetrics;
        return metrics.TryGetValue(Name, out var value)
            ? value
            : throw new ArgumentException(
                $"Monitor: expected one of the metrics {string.Join(", ", metrics.Keys)}, got '{Name}'.");
    }
}
