namespace MaaS.Training.Tuning;

/// <summary>When a study ends; at least one limit must be there, unless the sampler has one, as a grid.</summary>
public sealed record OptimizeOptions
{
    /// <summary>Trials of the study, of all its workers, those taken over from another study not counted; null for any
    /// number.</summary>
    public long? Trials { get; init; }

    /// <summary>Time of this call; trials that run at its end are stopped and wait for the next call; null for
    /// any.</summary>
    public TimeSpan? Budget { get; init; }

    /// <summary>Trials that ended without a better value, or with several objectives without a new point of the front,
    /// after which no more are begun, at least 1; null for any number.</summary>
    public int? Patience { get; init; }

    /// <summary>Trials at a time in this process, at least 1.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>Failures that only fail their trial; null for none: the first one ends the study.</summary>
    public Func<Exception, bool>? Tolerates { get; init; }

    internal void Check(bool limited)
    {
        if (Trials < 1 || Budget <= TimeSpan.Zero || Patience < 1 || Parallelism < 1)
        {
            throw new ArgumentException(
                "study: expected Trials, Patience and Parallelism of at least 1 and a Budget above 0, got "
                    + $"{Trials}, {Patience}, {Parallelism} and {Budget}.");
        }

        if (!limited && Trials is null && Budget is null && Patience is null)
        {
            throw new ArgumentException("study: expected Trials, Budget or Patience, got none: it would never end.");
        }
    }
}
