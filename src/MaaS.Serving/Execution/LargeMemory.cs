namespace MaaS.Serving.Execution;

/// <summary>Counts how often memory was used that is larger than that of short requests and answers.</summary>
internal static class LargeMemory
{
    /// <summary>Bytes of a request or an answer from which it counts.</summary>
    public const long Threshold = (1 << 13) + 1;

    private static long _uses;

    /// <summary>Uses so far: by blocks that were taken and by tensors that were run, probes among them.</summary>
    public static long Uses => Interlocked.Read(ref _uses);

    /// <summary>Counts so many bytes at once, where they are large.</summary>
    public static void Count(long bytes)
    {
        if (bytes >= Threshold)
        {
            Interlocked.Increment(ref _uses);
        }
    }
}
