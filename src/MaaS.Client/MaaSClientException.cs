using System.Net;

namespace MaaS.Client;

/// <summary>
/// A request failed. The message has the address, the status, what the server said and what to do; the properties have
/// them one by one.
/// </summary>
public sealed class MaaSClientException : Exception
{
    /// <summary>An error without further detail.</summary>
    public MaaSClientException()
    {
    }

    /// <summary>An error with a message.</summary>
    public MaaSClientException(string message)
        : base(message)
    {
    }

    /// <summary>An error with a cause.</summary>
    public MaaSClientException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error of a request.</summary>
    /// <param name="kind">What went wrong.</param>
    /// <param name="address">The address that was tried; null where none was.</param>
    /// <param name="serverMessage">What the server said, or what happened instead.</param>
    /// <param name="innerException">The cause; null where the server answered.</param>
    public MaaSClientException(ErrorKind kind, Uri? address, string serverMessage, Exception? innerException = null)
        : this(kind, address, serverMessage, status: null, innerException)
    {
    }

    internal MaaSClientException(
        ErrorKind kind, Uri? address, string serverMessage, HttpStatusCode? status, Exception? innerException)
        : base(Describe(kind, address, serverMessage, status), innerException)
    {
        Kind = kind;
        Address = address;
        ServerMessage = serverMessage;
        Status = status;
    }

    /// <summary>What went wrong.</summary>
    public ErrorKind Kind { get; }

    /// <summary>The server's status, that of gRPC by its equal in HTTP; null where it gave none.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>The address that was tried last; null where none was.</summary>
    public Uri? Address { get; }

    /// <summary>What the server said, or what happened instead of an answer.</summary>
    public string ServerMessage { get; } = "";

    /// <summary>How long the server asks to wait; null where it does not.</summary>
    public TimeSpan? RetryAfter { get; internal init; }

    /// <summary>What to do about it.</summary>
    public string Advice => ErrorAdvice.Of(Kind);

    private static string Describe(ErrorKind kind, Uri? address, string serverMessage, HttpStatusCode? status)
        => $"{(address is null ? "" : $"{address}: ")}{(status is { } s ? $"{(int)s}: " : "")}{serverMessage} "
            + $"({ErrorAdvice.Of(kind)})";
}
