using Microsoft.AspNetCore.Http;

namespace MaaS.Serving.Http;

/// <summary>A request that cannot be answered: status and message go to the client as they are.</summary>
public sealed class RequestException : Exception
{
    /// <summary>400 without further detail.</summary>
    public RequestException()
        : this(StatusCodes.Status400BadRequest, "bad request")
    {
    }

    /// <summary>400 with a message.</summary>
    public RequestException(string message)
        : this(StatusCodes.Status400BadRequest, message)
    {
    }

    /// <summary>400 with a cause, which stays in the log.</summary>
    public RequestException(string message, Exception innerException)
        : base(message, innerException) => Status = StatusCodes.Status400BadRequest;

    /// <summary>An answer with a status of its own.</summary>
    public RequestException(int status, string message)
        : base(message) => Status = status;

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    internal static RequestException BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);

    internal static RequestException NotFound(string message) => new(StatusCodes.Status404NotFound, message);

    internal static RequestException TooLarge(long limit)
        => new(StatusCodes.Status413PayloadTooLarge, $"expected a body of at most {limit} bytes, got more");
}
