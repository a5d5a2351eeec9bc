using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using MaaS.Client.Rest;

namespace MaaS.Client.Grpc;

/// <summary>Failures of gRPC as the client's errors.</summary>
internal static class GrpcErrors
{
    private const string RetryAfter = "retry-after";

    /// <summary>The same failure; a connection's by what HTTP says of it.</summary>
    /// <param name="address">The server.</param>
    /// <param name="exception">The failure, which is not the caller's own cancellation.</param>
    /// <param name="headers">Headers of the answer; empty where none came.</param>
    /// <param name="limit">The HTTP client's own.</param>
    /// <param name="time">Measures waits.</param>
    public static MaaSClientException Of(
        Uri address, RpcException exception, Metadata headers, TimeSpan limit, TimeProvider time)
    {
        switch (exception.Status.DebugException)
        {
            case HttpRequestException or IOException:
                return RestErrors.Of(address, exception.Status.DebugException);
            case OperationCanceledException cancelled:
                return RestErrors.OfCancelled(address, cancelled, limit);
        }

        var detail = exception.Status.Detail;
        var (kind, status) = exception.StatusCode == StatusCode.ResourceExhausted && IsTooLarge(detail)
            ? (ErrorKind.Refused, HttpStatusCode.RequestEntityTooLarge) : Meaning(exception.StatusCode);
        return new MaaSClientException(
            kind, address, detail.Length > 0 ? detail : $"{exception.StatusCode}", status, exception)
        {
            RetryAfter = RetryConditionHeaderValue.TryParse(
                exception.Trailers.GetValue(RetryAfter) ?? headers.GetValue(RetryAfter), out var wait)
                    ? RestErrors.WaitOf(wait, time) : null,
        };
    }

    /// <summary>
    /// Whether a message is too large, for which gRPC has the status of a busy server: the texts of MaaS ("the request
    /// is too large", before which it said "expected a message of at most 4 bytes, got more"), .NET and Java ("message
    /// exceeds"), C++, Python and Go ("message larger than max").
    /// </summary>
    private static bool IsTooLarge(string detail)
        => Has(detail, "request is too large")
            || (Has(detail, "message ") || Has(detail, "body "))
            && (Has(detail, "larger than") || Has(detail, "exceeds") || Has(detail, "bytes, got more"));

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

    /// <summary>What a status means, and its equal in HTTP.</summary>
    private static (ErrorKind Kind, HttpStatusCode? Status) Meaning(StatusCode status) => status switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange => (ErrorKind.Refused, HttpStatusCode.BadRequest),
        StatusCode.Unauthenticated => (ErrorKind.Unauthenticated, HttpStatusCode.Unauthorized),
        StatusCode.PermissionDenied => (ErrorKind.Forbidden, HttpStatusCode.Forbidden),
        StatusCode.NotFound => (ErrorKind.NotFound, HttpStatusCode.NotFound),
        StatusCode.FailedPrecondition or StatusCode.AlreadyExists or StatusCode.Aborted
            => (ErrorKind.Refused, HttpStatusCode.Conflict),
        StatusCode.ResourceExhausted => (ErrorKind.Busy, HttpStatusCode.TooManyRequests),
        StatusCode.Unavailable => (ErrorKind.Unavailable, HttpStatusCode.ServiceUnavailable),
        StatusCode.DeadlineExceeded => (ErrorKind.Timeout, HttpStatusCode.GatewayTimeout),
        StatusCode.Unimplemented => (ErrorKind.BadAnswer, HttpStatusCode.NotImplemented),
        StatusCode.Cancelled => (ErrorKind.Disconnected, null),
        _ => (ErrorKind.ServerFault, HttpStatusCode.InternalServerError),
    };
}
