namespace MaaS.Training.Pruning;

/// <summary>How far to prune.</summary>
public sealed record PruningGoal
{
    private PruningGoal(PruningMeasure measure, double share) => (Measure, Share) = (measure, share);

    /// <summary>What is counted.</summary>
    public PruningMeasure Measure { get; }

    /// <summary>
    /// The share of channels to remove where <see cref="Measure"/> is <see cref="PruningMeasure.Channels"/>, else the
    /// share of the measure that may be left; 0–1.
    /// </summary>
    public double Share { get; }

    /// <summary>Remove a share of the channels.</summary>
    /// <param name="ratio">0 to below 1; a fraction p of all channels removes about 1−(1−p)² of the weights.</param>
    /// <exception cref="ArgumentOutOfRangeException">The ratio is outside, or no channel would be left.</exception>
    public static PruningGoal Channels(double ratio)
        => new(PruningMeasure.Channels, PruningChecks.Ratio(ratio, nameof(ratio)));

    /// <summary>Reduce multiply–accumulates to a share of what they are.</summary>
    /// <param name="share">Above 0 to 1.</param>
    public static PruningGoal Macs(double share) => new(PruningMeasure.Macs, PruningChecks.Share(share, nameof(share)));

    /// <summary>Reduce parameters to a share of what they are.</summary>
    /// <param name="share">Above 0 to 1.</param>
    public static PruningGoal Parameters(double share)
        => new(PruningMeasure.Parameters, PruningChecks.Share(share, nameof(share)));

    /// <summary>Reduce the measured time of a forward pass over the examples to a share of what it is.</summary>
    /// <param name="share">Above 0 to 1.</param>
    public static PruningGoal Latency(double share)
        => new(PruningMeasure.Latency, PruningChecks.Share(share, nameof(share)));
}
