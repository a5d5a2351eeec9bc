namespace MaaS.Serving.Protocols.OpenInference.Statistics;

/// <summary>How often something happened and how long it took in all.</summary>
/// <param name="Count">Times.</param>
/// <param name="Total">Sum of the durations.</param>
internal readonly record struct DurationCount(long Count, TimeSpan Total)
{
    public long Nanoseconds => Total.Ticks * TimeSpan.NanosecondsPerTick;

    public DurationCount Add(TimeSpan duration, long count = 1) => new(Count + count, Total + duration);
}
