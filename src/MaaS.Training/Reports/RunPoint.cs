namespace MaaS.Training.Reports;

/// <summary>Where a run stood at one moment.</summary>
/// <param name="Epochs">Epochs done, with the share of the current one: 1.5 in the middle of the second.</param>
/// <param name="Loss">Mean loss of the epoch so far.</param>
/// <param name="LearningRate">Rate of the last update; null where the trainer did not say.</param>
/// <param name="SamplesPerSecond">Speed since the moment before.</param>
public sealed record RunPoint(double Epochs, double Loss, double? LearningRate, double SamplesPerSecond);
