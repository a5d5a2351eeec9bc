using System.Globalization;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using MaaS.Serving.Audit;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Grpc;

/// <summary>Turns what a method throws into a status; causes stay in the log.</summary>
internal sealed partial class GrpcFailures(
    RecentErrors errors, FailureReport report, IOptions<MaaSServingOptions> options, ILogger<GrpcFailures> logger)
{
    // What the library says of a message beyond MaxReceiveMessageSize: neither how large it may be nor what came.
    private const string LibraryTooLarge = "Received message exceeds the maximum configured message size.";

    private const string StatusTrailer = "grpc-status";
    private const string MessageTrailer = "grpc-message";

    /// <summary>What a call ends with.</summary>
    /// <param name="exception">What its method threw.</param>
    /// <param name="http">The request that carries the call.</param>
    /// <param name="cancellationToken">The call's own.</param>
    public RpcException Translate(Exception exception, HttpContext http, CancellationToken cancellationToken)
    {
        if (exception is RpcException status)
        {
            return IsTooLarge(status.Status) ? new RpcException(TooLarge(options.Value.MaxRequestBytes)) : status;
        }

        if (http.RequestAborted.IsCancellationRequested)
        {
            LogCancelled(exception.Message, http.Request.Path);
            return new RpcException(new Status(StatusCode.Cancelled, "the client is gone"));
        }

        if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
        {
            return new RpcException(
                new Status(StatusCode.DeadlineExceeded, "the deadline passed before the answer was there"));
        }

        var failure = Explain(exception, http);
        Metadata trailers = failure.RetryAfterSeconds is { } wait ? new() { { Failure.RetryAfterHeader, wait } } : [];
        return new RpcException(new Status(CodeOf(failure.Kind), DetailOf(failure)), trailers);
    }

    /// <summary>The status of a message beyond a limit, packed or not, read by the library or here.</summary>
    /// <param name="limit">Most bytes of a message.</param>
    public static Status TooLarge(long limit)
        => new(
            StatusCode.ResourceExhausted,
            DetailOf(new Failure(FaultKind.TooLarge, $"expected a message of at most {limit} bytes, got more")));

    /// <summary>What a client is told of an exception; what is the server's fault goes to the log.</summary>
    public string MessageOf(Exception exception, HttpContext http)
        => exception is RpcException status ? status.Status.Detail : DetailOf(Explain(exception, http));

    /// <summary>
    /// Sees to calls that end before their method has them: the client hung up, sent what is no frame, or too much. The
    /// library's own lines on these are errors with stack traces, and its status does not say whose fault it is.
    /// </summary>
    public void Watch(EndpointBuilder endpoint)
    {
        if (endpoint.RequestDelegate is { } inner)
        {
            endpoint.RequestDelegate = http =>
            {
                var call = inner(http);
                return call.IsCompletedSuccessfully && !IsBroken(http) && !IsTooLarge(CallOf(http)?.Status)
                    ? call : EndAsync(http, call);
            };
        }
    }

    /// <summary>Ends a call that was refused before any method saw it; false where the request is no gRPC
    /// call.</summary>
    public static async Task<bool> TryRefuseAsync(HttpContext http, Failure failure)
    {
        var isGrpc = http.Request.ContentType?.StartsWith(
            "application/grpc", StringComparison.OrdinalIgnoreCase) == true;
        if (isGrpc)
        {
            http.Response.ContentType = "application/grpc";
            SetStatus(http.Response.Headers, CodeOf(failure.Kind), DetailOf(failure));
            await http.Response.CompleteAsync().ConfigureAwait(false);
        }

        return isGrpc;
    }

    private static bool IsTooLarge(Status? status)
        => status is { StatusCode: StatusCode.ResourceExhausted, Detail: LibraryTooLarge };

    private static bool IsBroken(HttpContext http)
        => CallOf(http)?.Status is { StatusCode: StatusCode.Unknown, DebugException: not null };

    private static ServerCallContext? CallOf(HttpContext http)
        => http.Features.Get<IServerCallContextFeature>()?.ServerCallContext;

    private static void SetStatus(IHeaderDictionary trailers, StatusCode status, string message)
    {
        trailers[StatusTrailer] = ((int)status).ToString(CultureInfo.InvariantCulture);
        trailers[MessageTrailer] = Uri.EscapeDataString(message);
    }

    private async Task EndAsync(HttpContext http, Task call)
    {
        await call.ConfigureAwait(false);
        if (IsTooLarge(CallOf(http)?.Status))
        {
            var status = TooLarge(options.Value.MaxRequestBytes);
            SetStatus(TrailersOf(http), status.StatusCode, status.Detail);
            return;
        }

        if (!IsBroken(http))
        {
            return;
        }

        var cause = CallOf(http)!.Status.DebugException!.Message;
        if (http.RequestAborted.IsCancellationRequested)
        {
            LogCancelled(cause, http.Request.Path);
            return;
        }

        LogBroken(http.Request.Path, cause);
        SetStatus(
            TrailersOf(http), StatusCode.Internal, $"expected frames of gRPC messages, got other bytes: {cause}");
    }

    private static IHeaderDictionary TrailersOf(HttpContext http) => http.Response.HasStarted
        ? http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers : http.Response.Headers;

    private Failure Explain(Exception exception, HttpContext http)
    {
        errors.Add(exception);
        var failure = Failure.Of(exception);
        if (http.Features.Get<AuditedRequest>() is { } audited)
        {
            audited.Status = HttpStatus.Of(failure.Kind);
        }

        report.Add(http, exception, failure, model: null);
        return failure;
    }

    /// <summary>
    /// A message beyond its limit and a busy server have one status in gRPC: the text tells which it is.
    /// </summary>
    private static string DetailOf(Failure failure)
        => failure.Kind != FaultKind.TooLarge ? failure.Message
            : $"the request is too large, and will be the next time: {failure.Message}";

    /// <summary>The one place where faults become statuses of gRPC.</summary>
    private static StatusCode CodeOf(FaultKind kind) => kind switch
    {
        FaultKind.Unauthenticated => StatusCode.Unauthenticated,
        FaultKind.PermissionDenied => StatusCode.PermissionDenied,
        FaultKind.NotFound => StatusCode.NotFound,
        FaultKind.Conflict => StatusCode.FailedPrecondition,
        FaultKind.TooLarge or FaultKind.ResourceExhausted => StatusCode.ResourceExhausted,
        FaultKind.Unavailable => StatusCode.Unavailable,
        FaultKind.DeadlineExceeded => StatusCode.DeadlineExceeded,
        FaultKind.Internal => StatusCode.Internal,
        _ => StatusCode.InvalidArgument,
    };

    [LoggerMessage(LogLevel.Debug, "The client of {Path} is gone: {Cause}")]
    private partial void LogCancelled(string cause, string path);

    [LoggerMessage(LogLevel.Debug, "{Path} got what is no gRPC message: {Cause}")]
    private partial void LogBroken(string path, string cause);
}
