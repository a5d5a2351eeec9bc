namespace MaaS.Training.Data;

/// <summary>Samples that come in batches, epoch after epoch; they need not fit in memory.</summary>
/// <typeparam name="TBatch">A tensor, or a tuple, record, list or dictionary of tensors.</typeparam>
public interface IBatchSource<TBatch>
{
    /// <summary>Samples of an epoch, over all processes; null where only reading tells.</summary>
    long? Count { get; }

    /// <summary>What tells these data apart from others: a SHA-256 of their contents, or of the names, sizes and times
    /// of their files; a run resumes on equal data alone.</summary>
    string Fingerprint { get; }

    /// <summary>Reads one epoch, in an order that depends on the plan alone: not on threads, and not on time.</summary>
    /// <param name="plan">Which part of which epoch.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidDataException">A sample cannot be read; the message names it.</exception>
    IEnumerable<Batch<TBatch>> Read(EpochPlan plan, CancellationToken cancellationToken);
}
