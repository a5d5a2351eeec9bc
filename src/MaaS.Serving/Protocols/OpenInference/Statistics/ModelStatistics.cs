namespace MaaS.Serving.Protocols.OpenInference.Statistics;

/// <summary>What one version of a model has done since the server started: the statistics extension.</summary>
internal sealed record ModelStatistics
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>When the last request came; null before the first.</summary>
    public DateTimeOffset? LastInference { get; init; }

    /// <summary>Rows answered; a request of 64 rows counts 64 times. Answers from the cache do not count.</summary>
    public long Inferences { get; init; }

    /// <summary>Runs of the model; a batch counts once.</summary>
    public long Executions { get; init; }

    public DurationCount Success { get; init; }

    public DurationCount Fail { get; init; }

    public DurationCount Queue { get; init; }

    public DurationCount ComputeInput { get; init; }

    public DurationCount ComputeInfer { get; init; }

    public DurationCount ComputeOutput { get; init; }

    public DurationCount CacheHit { get; init; }


    public IReadOnlyList<BatchStatistics> Batches { get; init; } = [];
}
