using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;

namespace MaaS.Client.Rest;

/// <summary>Failures of HTTP as the client's errors.</summary>
internal static class RestErrors
{
    /// <summary>What a status means.</summary>
    public static ErrorKind KindOf(HttpStatusCode status) => (int)status switch
    {
        401 => ErrorKind.Unauthenticated,
        403 => ErrorKind.Forbidden,
        404 => ErrorKind.NotFound,
        408 or 504 => ErrorKind.Timeout,
        429 => ErrorKind.Busy,
        502 => ErrorKind.Disconnected,
        503 => ErrorKind.Unavailable,
        < 400 => ErrorKind.BadAnswer,
        < 500 => ErrorKind.Refused,
        _ => ErrorKind.ServerFault,
    };

    /// <summary>What went wrong with a connection.</summary>
    public static MaaSClientException Of(Uri address, Exception exception)
    {
        var kind = (exception as HttpRequestException)?.HttpRequestError switch
        {
            HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError
                or HttpRequestError.ProxyTunnelError => ErrorKind.Unreachable,
            HttpRequestError.VersionNegotiationError or HttpRequestError.ConfigurationLimitExceeded
                => ErrorKind.BadAnswer,

            // A connection that breaks while HTTP/2 begins is called an invalid response as well.
            HttpRequestError.InvalidResponse when !Causes(exception).Any(IsBreak) => ErrorKind.BadAnswer,
            _ => ErrorKind.Disconnected,
        };
        return new MaaSClientException(
            kind, address,
            exception.InnerException is { } inner ? $"{exception.Message} {inner.Message}" : exception.Message,
            exception);
    }

    /// <summary>A cancellation that the caller has not asked for: a limit of the connection passed.</summary>
    /// <param name="address">The server.</param>
    /// <param name="exception">The cancellation.</param>
    /// <param name="limit">The HTTP client's own.</param>
    public static MaaSClientException OfCancelled(Uri address, OperationCanceledException exception, TimeSpan limit)
        => Causes(exception).OfType<TimeoutException>().FirstOrDefault() switch
        {
            // The handler's, for connecting; the HTTP client's own has the cancelled call inside.
            { InnerException: not OperationCanceledException } connecting
                => new(ErrorKind.Unreachable, address, connecting.Message, exception),
            { } => new(
                ErrorKind.Timeout, address,
                $"expected an answer within {limit}, the HTTP client's own limit, got none", exception),
            _ => new(ErrorKind.Disconnected, address, exception.Message, exception),
        };

    /// <summary>What a server said that refused.</summary>
    public static async Task<MaaSClientException> OfAsync(
        Uri address, HttpResponseMessage response, TimeProvider time, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        return new MaaSClientException(
            KindOf(response.StatusCode), address, MessageOf(text) ?? response.ReasonPhrase ?? $"{response.StatusCode}",
            response.StatusCode, innerException: null)
        {
            RetryAfter = WaitOf(response.Headers.RetryAfter, time),
        };
    }

    /// <summary>The answer is none of the protocol.</summary>
    public static MaaSClientException Unreadable(Uri address, string expected, Exception exception)
        => new(
            ErrorKind.BadAnswer, address, $"expected {expected}, got another answer: {exception.Message}", exception);

    /// <summary>How long a server asks to wait; null where it does not.</summary>
    public static TimeSpan? WaitOf(RetryConditionHeaderValue? header, TimeProvider time) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date - time.GetUtcNow() is var wait => wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
        _ => null,
    };

    private static bool IsBreak(Exception cause)
        => cause is SocketException or HttpIOException { HttpRequestError: HttpRequestError.ResponseEnded };

    private static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            yield return exception;
        }
    }

    /// <summary>What an error says: the text itself, or the <c>message</c> of OpenAI's form.</summary>
    public static string TextOf(JsonElement error)
        => error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out var message)
            && message.ValueKind == JsonValueKind.String ? message.GetString()! : error.ToString();

    /// <summary>The text of <c>{"error": text}</c> or <c>{"error": {"message": text}}</c>, or TorchServe's
    /// <c>message</c>; null where an answer has another form.</summary>
    private static string? MessageOf(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && (root.TryGetProperty("error", out var error) || root.TryGetProperty("message", out error))
                ? TextOf(error) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
