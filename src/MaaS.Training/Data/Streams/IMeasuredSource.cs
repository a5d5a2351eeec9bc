namespace MaaS.Training.Data.Streams;

/// <summary>A source of batches that says how its reading keeps up.</summary>
public interface IMeasuredSource
{
    /// <summary>Of the reading that began last; zeros before the first.</summary>
    ReadStatistics Statistics { get; }
}
