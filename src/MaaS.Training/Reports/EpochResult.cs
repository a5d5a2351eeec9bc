namespace MaaS.Training.Reports;

/// <summary>What one epoch came to.</summary>
/// <param name="Epoch">1 for the first.</param>
/// <param name="LearningRate">Rate of the epoch's last update.</param>
/// <param name="TrainLoss">Mean loss over the samples, each taken before the update that it led to.</param>
/// <param name="TrainAccuracy">Share of samples classified correctly then, 0 to 1; not a number where the task has no
/// accuracy.</param>
/// <param name="ValidationLoss">Mean loss of the validation set after the epoch; null without one.</param>
/// <param name="ValidationAccuracy">0 to 1; null without a validation set or an accuracy.</param>
/// <param name="Seconds">Wall time of the updates, validation not included.</param>
public sealed record EpochResult(
    int Epoch, double LearningRate, double TrainLoss, double TrainAccuracy, double? ValidationLoss,
    double? ValidationAccuracy,
    double Seconds)
{
    /// <summary>Everything that was measured on training batches, by name; <c>loss</c> is among them.</summary>
    public IReadOnlyDictionary<string, double> TrainMetrics { get; init; } = new Dictionary<string, double>();

    /// <summary>Everything that was measured on the validation set, by name; none without one.</summary>
    public IReadOnlyDictionary<string, double> ValidationMetrics { get; init; } = new Dictionary<string, double>();
}
