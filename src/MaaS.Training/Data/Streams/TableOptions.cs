namespace MaaS.Training.Data.Streams;

/// <summary>How a table is read.</summary>
public sealed record TableOptions
{
    /// <summary>Rows among which the next one is drawn where a plan shuffles, at least 1; they are held in memory. Files,
    /// and a Parquet file's row groups, are shuffled whole besides. Default 10,000.</summary>
    public int ShuffleBuffer { get; init; } = 10_000;

    /// <summary>What happens to a row that cannot be used. Default: reading ends.</summary>
    public BadSample OnBadRow { get; init; } = BadSample.Refuse;

    /// <summary>Whether all rows are read once so that <see cref="TableSource.Count"/> is known; Parquet files know it
    /// without.</summary>
    public bool CountRows { get; init; }

    /// <summary>Separator of CSV files; null for a tab in <c>.tsv</c> files and a comma in others.</summary>
    public char? Delimiter { get; init; }

    /// <summary>Threads and how far they read ahead.</summary>
    public ReaderOptions Reader { get; init; } = new();
}
