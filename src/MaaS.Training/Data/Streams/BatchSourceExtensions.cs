namespace MaaS.Training.Data.Streams;

/// <summary>Sources made of sources.</summary>
public static class BatchSourceExtensions
{
    /// <summary>The same batches in another form, such as a tuple in place of a record.</summary>
    /// <param name="source">What is read.</param>
    /// <param name="form">Makes one of the other; it owns what it is given, and whoever reads owns its result.</param>
    public static IBatchSource<TResult> Select<TBatch, TResult>(
        this IBatchSource<TBatch> source, Func<TBatch, TResult> form)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(form);
        return new FormedSource<TBatch, TResult>(source, form);
    }

    private sealed class FormedSource<TBatch, TResult>(IBatchSource<TBatch> source, Func<TBatch, TResult> form)
        : IBatchSource<TResult>, IMeasuredSource
    {
        public long? Count => source.Count;

        public string Fingerprint => source.Fingerprint;

        public ReadStatistics Statistics
            => (source as IMeasuredSource)?.Statistics ?? new ReadStatistics(0, 0, 0, 0);

        public IEnumerable<Batch<TResult>> Read(EpochPlan plan, CancellationToken cancellationToken)
            => source.Read(plan, cancellationToken)
                .Select(batch => new Batch<TResult>(form(batch.Value), batch.Samples, batch.Name));
    }
}
