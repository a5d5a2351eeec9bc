using System.Net;

namespace MaaS.Client;

/// <summary>The server refused a request, or what it answered is no answer.</summary>
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

    /// <summary>An error with the server's status.</summary>
    public MaaSClientException(HttpStatusCode status, string message)
        : base(message) => Status = status;

    /// <summary>The server's status; null where it answered what is no answer.</summary>
    public HttpStatusCode? Status { get; }
}
