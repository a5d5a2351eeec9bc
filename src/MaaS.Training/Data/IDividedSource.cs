namespace MaaS.Training.Data;

/// <summary>A source whose batches can be fetched in parts, by several workers at once.</summary>
/// <typeparam name="TBatch">What a part is made of.</typeparam>
internal interface IDividedSource<TBatch> : IBatchSource<TBatch>
{
    /// <summary>The batches of an epoch, not yet fetched; otherwise as
    /// <see cref="IBatchSource{TBatch}.Read"/>.</summary>
    IEnumerable<DividedBatch<TBatch>> ReadDivided(EpochPlan plan, CancellationToken cancellationToken);
}

/// <summary>A batch that is fetched in parts.</summary>
/// <param name="Samples">How many it holds.</param>
/// <param name="Name">Tells where they come from.</param>
/// <param name="Part">Fetches the samples from one position to before another; the caller owns them. Safe on several
/// threads at once.</param>
internal sealed record DividedBatch<TBatch>(int Samples, Func<string> Name, Func<int, int, TBatch> Part);
