namespace MaaS.Serving.Faults;

/// <summary>As many requests wait for a model as may: try later. HTTP 429, gRPC RESOURCE_EXHAUSTED.</summary>
public sealed class QueueFullException : Exception
{
    /// <summary>Without further detail.</summary>
    public QueueFullException()
        : this("expected room in the model's queue, it is full; try later")
    {
    }

    /// <summary>With a message for the client.</summary>
    public QueueFullException(string message)
        : base(message)
    {
    }

    /// <summary>With a cause.</summary>
    public QueueFullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>When a new try may succeed. Default 1 s.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}
