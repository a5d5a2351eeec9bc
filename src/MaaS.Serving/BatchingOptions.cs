namespace MaaS.Serving;

/// <summary>How the requests of one model share its runs, every value settled.</summary>
/// <param name="MaxBatchSize">Most rows of one run; 1 for no batches.</param>
/// <param name="MaxDelay">How long a run may wait for more rows while others are under way.</param>
/// <param name="PreferredSizes">Sizes that a batch is cut to when more rows wait, in order; may be empty.</param>
/// <param name="QueueLimit">Most requests that wait.</param>
/// <param name="Concurrency">Most runs at once.</param>
internal sealed record BatchingOptions(
    int MaxBatchSize, TimeSpan MaxDelay, IReadOnlyList<int> PreferredSizes, int QueueLimit, int Concurrency);
