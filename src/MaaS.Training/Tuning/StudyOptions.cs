using MaaS.Training.Tuning.Pruning;
using MaaS.Training.Tuning.Sampling;

namespace MaaS.Training.Tuning;

/// <summary>How a study goes about it.</summary>
public sealed record StudyOptions
{
    /// <summary>Its name in the store; a study of that name is gone on with.</summary>
    public string Name { get; init; } = "study";

    /// <summary>What is made better, at least one; the values of a trial are in this order.</summary>
    public IReadOnlyList<Objective> Objectives { get; init; } = [new("loss", Direction.Minimize)];

    /// <summary>What is tuned on what, in words that are equal where trials may be compared; null for nothing
    /// said.</summary>
    public string? Subject { get; init; }

    /// <summary>Draws the trials.</summary>
    public ISampler Sampler { get; init; } = new TpeSampler();

    /// <summary>Stops trials that are not worth going on with; null to let all of them end. With one objective
    /// alone.</summary>
    public IPruner? Pruner { get; init; }

    /// <summary>Seed of the sampler: one worker draws the same trials again where the values are the same.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>How often a trial is begun whose worker died, at least 1.</summary>
    public int MostAttempts { get; init; } = 2;

    /// <summary>Time between two signs of life of a worker, above 0.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Without a sign of life for so long a worker counts as dead; at least twice
    /// <see cref="Heartbeat"/>.</summary>
    public TimeSpan HeartbeatTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Tells budgets and heartbeats.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    internal void Check()
    {
        List<string> faults = [];
        if (Objectives.Count == 0 || Objectives.DistinctBy(static o => o.Name).Count() < Objectives.Count)
        {
            faults.Add($"Objectives: expected at least one and none twice, got [{string.Join(", ", Objectives)}]");
        }

        if (Pruner is not null && Objectives.Count > 1)
        {
            faults.Add($"Pruner: expected none with {Objectives.Count} objectives, got {Pruner.Name}");
        }

        if (MostAttempts < 1)
        {
            faults.Add($"MostAttempts: expected at least 1, got {MostAttempts}");
        }

        if (Heartbeat <= TimeSpan.Zero || HeartbeatTimeout < 2 * Heartbeat)
        {
            faults.Add(
                "Heartbeat, HeartbeatTimeout: expected a time above 0 and at least twice that, got "
                    + $"{Heartbeat} and {HeartbeatTimeout}");
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException($"study '{Name}': {string.Join("; ", faults)}.");
        }
    }
}
