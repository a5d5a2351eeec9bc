namespace MaaS.Serving.Execution;

/// <summary>What one request cost. Written by whoever runs it, read by statistics and metrics.</summary>
public sealed class RunTimings
{
    /// <summary>Time from its arrival at the model to the start of its run.</summary>
    public TimeSpan Queue { get; internal set; }

    /// <summary>Time of the run that computed it, alone or in a batch.</summary>
    public TimeSpan Compute { get; internal set; }

    /// <summary>Rows (sizes of the first axis, summed) of the run that computed it; 0 where none did.</summary>
    public int BatchSize { get; internal set; }

    /// <summary>Whether the answer came from the response cache.</summary>
    public bool IsCacheHit { get; internal set; }
}
