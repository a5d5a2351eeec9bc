using System.Net;
using Grpc.Core;
using MaaS.Client.Rest;

namespace MaaS.Client.Grpc;

/// <summary>Failures of gRPC as the client's errors.</summary>
internal static class GrpcErrors
{
    /// <summary>The same failure; a connection's by what HTTP says of it.</summary>
    public static MaaSClientException Of(Uri address, RpcException exception)
    {
        if (exception.Status.DebugException is HttpRequestException or IOException)
        {
            return RestErrors.Of(address, exception.Status.DebugException);
        }

        var (kind, status) = Meaning(exception.StatusCode);
        return new MaaSClientException(
            kind, address, exception.Status.Detail is { Length: > 0 } detail ? detail : $"{exception.StatusCode}",
            status, exception);
    }

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
