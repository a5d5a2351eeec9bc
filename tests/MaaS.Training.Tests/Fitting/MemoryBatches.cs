using MaaS.Training.Data;

namespace MaaS.Training.Tests.Fitting;

/// <summary>A source of batches of any type out of samples in memory: what a user would write.</summary>
/// <param name="count">Number of samples.</param>
/// <param name="make">A batch of the samples at some positions.</param>
internal sealed class MemoryBatches<TBatch>(int count, Func<long[], TBatch> make, bool countKnown = true)
    : IBatchSource<TBatch>
{
    public long? Count => countKnown ? count : null;

    public string Fingerprint { get; init; } = "memory";

    public IEnumerable<Batch<TBatch>> Read(EpochPlan plan, CancellationToken cancellationToken)
    {
        long[] order = [.. Enumerable.Range(0, count).Select(static i => (long)i)];
        if (plan.Shuffle)
        {
            new Random((plan.Seed * 1000) + plan.Epoch).Shuffle(order);
        }

        for (var b = plan.Skip; ; b++)
        {
            var positions = order.Skip((int)(((b * plan.Processes) + plan.Rank) * plan.BatchSize)).Take(plan.BatchSize)
                .ToArray();
            if (positions.Length == 0)
            {
                yield break;
            }

            cancellationToken.ThrowIfCancellationRequested();
            yield return new Batch<TBatch>(make(positions), positions.Length, $"rows {string.Join(",", positions)}");
        }
    }
}
