namespace MaaS.Serving.Faults;

/// <summary>
/// Why a request cannot be answered, in terms of no protocol. HTTP maps it in <c>Http/HttpStatus.cs</c>, gRPC in its own
/// room.
/// </summary>
public enum FaultKind
{
    /// <summary>The request itself is wrong: a value, a name, a shape or a type that cannot be.</summary>
    InvalidArgument,

    /// <summary>The caller did not prove who they are.</summary>
    Unauthenticated,

    /// <summary>The caller may not do this.</summary>
    PermissionDenied,

    /// <summary>There is no such model, version, label, region or file.</summary>
    NotFound,

    /// <summary>The server does not do this at all.</summary>
    NotSupported,

    /// <summary>The client was too slow to send its request.</summary>
    RequestTimeout,

    /// <summary>The state of the server forbids it now, as a name that is taken.</summary>
    Conflict,

    /// <summary>The request is larger than the server takes.</summary>
    TooLarge,

    /// <summary>The request is packed or typed in a way that the server does not read.</summary>
    UnsupportedEncoding,

    /// <summary>The answer holds values that its form cannot carry.</summary>
    Unrepresentable,

    /// <summary>More is asked for than the server gives at once; a later try may succeed.</summary>
    ResourceExhausted,

    /// <summary>The server failed.</summary>
    Internal,

    /// <summary>The model is not loaded, or the server is stopping; a later try may succeed.</summary>
    Unavailable,

    /// <summary>The request's deadline passed before its answer was there.</summary>
    DeadlineExceeded,
}
