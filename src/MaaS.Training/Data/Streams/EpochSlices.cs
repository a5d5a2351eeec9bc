namespace MaaS.Training.Data.Streams;

/// <summary>Which samples of an epoch's order each batch of this process holds.</summary>
internal static class EpochSlices
{
    /// <exception cref="ArgumentException">The plan's numbers do not fit together.</exception>
    public static void Check(EpochPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.BatchSize < 1 || plan.Skip < 0 || plan.Processes < 1 || plan.Rank < 0 || plan.Rank >= plan.Processes)
        {
            throw new ArgumentException(
                "EpochPlan: expected a batch size and a number of processes of at least 1, a rank below that number "
                    + $"and no negative skip, got {plan}.", nameof(plan));
        }
    }

    /// <summary>Position of the first sample of a batch in the epoch's order.</summary>
    public static long Start(EpochPlan plan, long batch)
        => ((batch * plan.Processes) + plan.Rank) * plan.BatchSize;

    /// <summary>The batches from <see cref="EpochPlan.Skip"/> on.</summary>
    /// <param name="plan">Checked.</param>
    /// <param name="count">Samples of the epoch, over all processes.</param>
    public static IEnumerable<(long Start, int Count)> Of(EpochPlan plan, long count)
    {
        for (var batch = plan.Skip; Start(plan, batch) < count; batch++)
        {
            var start = Start(plan, batch);
            yield return (start, (int)Math.Min(plan.BatchSize, count - start));
        }
    }

    /// <summary>Positions 0…count−1 in the order of an epoch.</summary>
    public static long[] Order(EpochPlan plan, long count)
    {
        var order = new long[count];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        if (plan.Shuffle)
        {
            new SeededRandom(plan.Seed, plan.Epoch).Shuffle(order);
        }

        return order;
    }
}
