namespace MaaS.Training.Reports;

/// <summary>What one epoch came to.</summary>
/// <param name="Epoch">1 for the first.</param>
/// <param name="LearningRate">Rate of the epoch's last update.</param>
/// <param name="TrainLoss">Mean loss over the samples, each taken before the update that it led to.</param>
/// <param name="TrainAccuracy">Share of samples classified correctly then, 0 to 1.</param>
/// <param name="ValidationLoss">Mean loss of the validation set after the epoch; null without one.</param>
/// <param name="ValidationAccuracy">0 to 1; null without a validation set.</param>
/// <param name="Seconds">Wall time of the updates, validation not included.</param>
public sealed record EpochResult(
    int Epoch, double LearningRate, double TrainLoss, double TrainAccuracy, double? ValidationLoss,
    double? ValidationAccuracy,
    double Seconds);
