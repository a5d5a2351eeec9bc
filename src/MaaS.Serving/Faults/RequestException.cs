namespace MaaS.Serving.Faults;

/// <summary>A request that cannot be answered: kind and message go to the client in the form of its protocol.</summary>
public sealed class RequestException : Exception
{
    /// <summary>An invalid argument, without further detail.</summary>
    public RequestException()
        : this("bad request")
    {
    }

    /// <summary>An invalid argument, with a message.</summary>
    public RequestException(string message)
        : this(FaultKind.InvalidArgument, message)
    {
    }

    /// <summary>An invalid argument with a cause, which stays in the log.</summary>
    public RequestException(string message, Exception innerException)
        : base(message, innerException) => Kind = FaultKind.InvalidArgument;

    /// <summary>A failure of another kind.</summary>
    public RequestException(FaultKind kind, string message)
        : base(message) => Kind = kind;

    /// <summary>A failure of another kind with a cause, which stays in the log.</summary>
    internal RequestException(FaultKind kind, string message, Exception innerException)
        : base(message, innerException) => Kind = kind;

    /// <summary>Why the request cannot be answered.</summary>
    public FaultKind Kind { get; }

    /// <summary>The member of the request that is at fault, as <c>messages[1].role</c>; null where none is.</summary>
    public string? Parameter { get; init; }

    /// <summary>A name of the fault for programs, as <c>context_length_exceeded</c>; null for none.</summary>
    public string? Code { get; init; }

    /// <summary>When a new try may succeed; null where none will.</summary>
    public TimeSpan? RetryAfter { get; init; }

    internal static RequestException BadRequest(string message) => new(FaultKind.InvalidArgument, message);

    internal static RequestException NotFound(string message) => new(FaultKind.NotFound, message);

    internal static RequestException TooLarge(long limit)
        => new(FaultKind.TooLarge, $"expected a body of at most {limit} bytes, got more");
}
