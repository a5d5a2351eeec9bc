namespace MaaS.Training.Data.Streams;

/// <summary>How many threads read ahead, and how far.</summary>
public sealed record ReaderOptions
{
    /// <summary>Threads that read and decode; one core is left to the training step by default, but at least one
    /// reads. What is read, and in which order, does not depend on it.</summary>
    public int Workers { get; init; } = Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>Most batches that are read or ready before they are asked for, at least 1; they are held in memory.
    /// Null for two a worker.</summary>
    public int? Prefetch { get; init; }

    /// <summary>The bound that holds.</summary>
    internal int Bound => Prefetch ?? 2 * Workers;

    /// <exception cref="ArgumentException">A number is below 1.</exception>
    internal void Check()
    {
        if (Workers < 1 || Bound < 1)
        {
            throw new ArgumentException(
                $"Reader: expected at least one worker and one batch of prefetch, got {Workers} and {Bound}.");
        }
    }
}
