namespace MaaS.Serving.Faults;

/// <summary>
/// Why a request cannot be answered. The numbers, which logs and metrics show, are those of HTTP's statuses; gRPC maps
/// the kinds to its own in one place.
/// </summary>
public enum FaultKind
{
    /// <summary>No fault.</summary>
    None = 0,

    /// <summary>The request itself is wrong: a value, a name, a shape or a type that cannot be.</summary>
    InvalidArgument = 400,

    /// <summary>The caller did not prove who they are.</summary>
    Unauthenticated = 401,

    /// <summary>The caller may not do this.</summary>
    PermissionDenied = 403,

    /// <summary>There is no such model, version, label, region or file.</summary>
    NotFound = 404,

    /// <summary>The server does not do this at all.</summary>
    NotSupported = 405,

    /// <summary>The client was too slow to send its request.</summary>
    RequestTimeout = 408,

    /// <summary>The state of the server forbids it now, as a name that is taken.</summary>
    Conflict = 409,

    /// <summary>The request is larger than the server takes.</summary>
    TooLarge = 413,

    /// <summary>The request is packed or typed in a way that the server does not read.</summary>
    UnsupportedEncoding = 415,

    /// <summary>The answer holds values that its form cannot carry.</summary>
    Unrepresentable = 422,

    /// <summary>More is asked for than the server gives at once; a later try may succeed.</summary>
    ResourceExhausted = 429,

    /// <summary>The server failed.</summary>
    Internal = 500,

    /// <summary>The model is not loaded, or the server is stopping; a later try may succeed.</summary>
    Unavailable = 503,

    /// <summary>The request's deadline passed before its answer was there.</summary>
    DeadlineExceeded = 504,
}
