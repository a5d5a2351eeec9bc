namespace MaaS.Training.Fitting;

/// <summary>How long a run is, for schedulers.</summary>
/// <param name="Epochs">At least 1.</param>
/// <param name="StepsPerEpoch">Updates of the weights in an epoch; null where the source does not know its
/// count.</param>
public sealed record RunLength(int Epochs, long? StepsPerEpoch)
{
    /// <summary>Updates of the whole run.</summary>
    /// <exception cref="InvalidOperationException">The source does not know its count.</exception>
    public int TotalSteps => StepsPerEpoch is { } steps
        ? checked((int)(Epochs * steps))
        : throw new InvalidOperationException(
            "Scheduler: expected a source that knows its Count, or StepsPerEpoch, got neither.");
}
