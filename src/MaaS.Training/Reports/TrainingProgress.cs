namespace MaaS.Training.Reports;

/// <summary>Where training stands.</summary>
/// <param name="Epoch">The current epoch, 1 for the first.</param>
/// <param name="Epochs">Number of epochs asked for.</param>
/// <param name="Sample">Samples of this epoch that were used.</param>
/// <param name="Samples">Samples of an epoch; 0 where only reading tells.</param>
/// <param name="Loss">Mean loss of this epoch so far.</param>
/// <param name="Accuracy">Accuracy of this epoch so far, 0 to 1; not a number where the task has none.</param>
/// <param name="SamplesPerSecond">Speed of this epoch so far.</param>
/// <param name="Completed">The epoch's result, in the last report of the epoch only.</param>
public sealed record TrainingProgress(
    int Epoch, int Epochs, long Sample, long Samples, double Loss, double Accuracy, double SamplesPerSecond,
    EpochResult? Completed = null)
{
    /// <summary>Everything that was measured in this epoch so far, by name; with several processes by this one
    /// alone.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>The learning rate of the last update.</summary>
    public double LearningRate { get; init; }

    /// <summary>Memory of this process in bytes; 0 where it was not asked for.</summary>
    public long Memory { get; init; }

    /// <summary>Time until the last epoch ends, validation not counted; null where the length is not known.</summary>
    public TimeSpan? Remaining { get; init; }

    /// <summary>Samples a second that the training source delivered in this epoch so far; null where it does not
    /// measure its reading. With several processes that of this one.</summary>
    public double? ReadSamplesPerSecond { get; init; }

    /// <summary>Share of that time in which training stood still because no batch was ready, 0…1; null
    /// likewise.</summary>
    public double? WaitShare { get; init; }

    /// <summary>Something that went wrong and does not end the run; null in most reports.</summary>
    public string? Warning { get; init; }
}
