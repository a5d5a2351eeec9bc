namespace MaaS.Training.Reports;

/// <summary>Where training stands.</summary>
/// <param name="Epoch">The current epoch, 1 for the first.</param>
/// <param name="Epochs">Number of epochs asked for.</param>
/// <param name="Sample">Samples of this epoch that were used.</param>
/// <param name="Samples">Samples of an epoch.</param>
/// <param name="Loss">Mean loss of this epoch so far.</param>
/// <param name="Accuracy">Accuracy of this epoch so far, 0 to 1.</param>
/// <param name="SamplesPerSecond">Speed of this epoch so far.</param>
/// <param name="Completed">The epoch's result, in the last report of the epoch only.</param>
public sealed record TrainingProgress(
    int Epoch, int Epochs, long Sample, long Samples, double Loss, double Accuracy, double SamplesPerSecond,
    EpochResult? Completed = null)
{
    /// <summary>Rate of the last update; null where the trainer does not say.</summary>
    public double? LearningRate { get; init; }
}
