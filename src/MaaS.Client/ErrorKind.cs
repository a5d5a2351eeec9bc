namespace MaaS.Client;

/// <summary>What went wrong with a request, whatever the transport.</summary>
public enum ErrorKind
{
    /// <summary>The server's answer is none of the protocol.</summary>
    BadAnswer,

    /// <summary>No connection was made: the server has not seen the request.</summary>
    Unreachable,

    /// <summary>The connection broke before the answer was whole: also HTTP 502, CANCELLED.</summary>
    Disconnected,

    /// <summary>No answer came in time: HTTP 504, DEADLINE_EXCEEDED, or the client's own limit.</summary>
    Timeout,

    /// <summary>No credentials, or wrong ones: HTTP 401, UNAUTHENTICATED.</summary>
    Unauthenticated,

    /// <summary>The credentials do not allow it: HTTP 403, PERMISSION_DENIED.</summary>
    Forbidden,

    /// <summary>There is no such model, version or address: HTTP 404, NOT_FOUND.</summary>
    NotFound,

    /// <summary>The request itself is wrong, or too large: HTTP 400 and others below 500, INVALID_ARGUMENT,
    /// RESOURCE_EXHAUSTED that speaks of a message's size.</summary>
    Refused,

    /// <summary>The server has too much to do: HTTP 429, any other RESOURCE_EXHAUSTED.</summary>
    Busy,

    /// <summary>The server or the model cannot answer now: HTTP 503, UNAVAILABLE.</summary>
    Unavailable,

    /// <summary>The server failed: other HTTP statuses from 500, INTERNAL, UNKNOWN.</summary>
    ServerFault,
}
