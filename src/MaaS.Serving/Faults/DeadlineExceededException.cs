namespace MaaS.Serving.Faults;

/// <summary>The request's deadline passed before its answer was there. HTTP 504, gRPC DEADLINE_EXCEEDED.</summary>
public sealed class DeadlineExceededException : Exception
{
    /// <summary>An error with the usual message.</summary>
    public DeadlineExceededException()
        : this("expected an answer before the request's deadline, it passed")
    {
    }

    /// <summary>With a message for the client.</summary>
    public DeadlineExceededException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a message and its cause.</summary>
    public DeadlineExceededException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
