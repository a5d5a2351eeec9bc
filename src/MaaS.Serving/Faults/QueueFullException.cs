namespace MaaS.Serving.Faults;

/// <summary>As many requests wait for a model as may: try later. HTTP 429, gRPC RESOURCE_EXHAUSTED.</summary>
public sealed class QueueFullException : Exception
{
    /// <summary>An error with the usual message.</summary>
    public QueueFullException()
        : this("expected room in the model's queue, it is full; try later")
    {
    }

    /// <summary>With a message for the client.</summary>
    public QueueFullException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    public QueueFullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>When a new try may succeed. Default 1 s.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}
