using MaaS.Training.Data;

namespace MaaS.Training.Fitting.Loop;

/// <summary>Batches of which workers take parts.</summary>
internal static class DividedBatches
{
    /// <summary>Reads an epoch. A source that is not divided gives its batches as a whole; they are freed by whoever
    /// takes the part.</summary>
    public static IEnumerable<DividedBatch<TBatch>> Read<TBatch>(
        IBatchSource<TBatch> source, EpochPlan plan, CancellationToken cancellationToken)
        => source is IDividedSource<TBatch> divided
            ? divided.ReadDivided(plan, cancellationToken)
            : source.Read(plan, cancellationToken).Select(
                static b => new DividedBatch<TBatch>(b.Samples, () => b.Name, (_, _) => b.Value));
}
