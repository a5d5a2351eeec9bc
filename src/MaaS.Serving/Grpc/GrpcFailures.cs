using System.Globalization;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using MaaS.Serving.Audit;
using MaaS.Serving.Http;
using MaaS.Serving.Security;
using MaaS.Serving.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Grpc;

/// <summary>Turns what a method throws into a status; causes stay in the log.</summary>
internal sealed partial class GrpcFailures(RecentErrors errors, AuditTrail audit, ILogger<GrpcFailures> logger)
{
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
            return status;
        }

        if (http.RequestAborted.IsCancellationRequested)
        {
            LogCancelled(exception.Message, http.Request.Path);
            return new RpcException(new Status(StatusCode.Cancelled, "the client is gone"));
        }

        if (exception is OperationCanceledException && cancellationToken.IsCancellationRequested)
        {
            return new RpcException(new Status(StatusCode.DeadlineExceeded, "the deadline passed before the answer was there"));
        }

        var failure = Explain(exception, http);
        return new RpcException(new Status(CodeOf(failure.Status), failure.Message));
    }

    /// <summary>What a client is told of an exception; what is the server's fault goes to the log.</summary>
    public string MessageOf(Exception exception, HttpContext http)
        => exception is RpcException status ? status.Status.Detail : Explain(exception, http).Message;

    /// <summary>
    /// Sees to calls that end before their method has them: the client hung up, or sent what is no frame. The library's own
    /// lines on these are errors with stack traces, and its status does not say whose fault it is.
    /// </summary>
    public void Watch(EndpointBuilder endpoint)
    {
        if (endpoint.RequestDelegate is { } inner)
        {
            endpoint.RequestDelegate = http =>
            {
                var call = inner(http);
                return call.IsCompletedSuccessfully && !IsBroken(http) ? call : EndAsync(http, call);
            };
        }
    }

    /// <summary>Ends a call that was refused before any method saw it; false where the request is no gRPC call.</summary>
    public static async Task<bool> TryRefuseAsync(HttpContext http, Failure failure)
    {
        var isGrpc = http.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;
        if (isGrpc)
        {
            http.Response.ContentType = "application/grpc";
            SetStatus(http.Response.Headers, CodeOf(failure.Status), failure.Message);
            await http.Response.CompleteAsync().ConfigureAwait(false);
        }

        return isGrpc;
    }

    private static bool IsBroken(HttpContext http) => CallOf(http)?.Status is { StatusCode: StatusCode.Unknown, DebugException: not null };

    private static ServerCallContext? CallOf(HttpContext http) => http.Features.Get<IServerCallContextFeature>()?.ServerCallContext;

    private static void SetStatus(IHeaderDictionary trailers, StatusCode status, string message)
    {
        trailers[StatusTrailer] = ((int)status).ToString(CultureInfo.InvariantCulture);
        trailers[MessageTrailer] = Uri.EscapeDataString(message);
    }

    private async Task EndAsync(HttpContext http, Task call)
    {
        await call.ConfigureAwait(false);
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
        var trailers = http.Response.HasStarted
            ? http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers : http.Response.Headers;
        SetStatus(trailers, StatusCode.Internal, $"expected frames of gRPC messages, got other bytes: {cause}");
    }

    private Failure Explain(Exception exception, HttpContext http)
    {
        errors.Add(exception);
        var failure = Failure.Of(exception);
        if (http.Features.Get<AuditedRequest>() is { } audited)
        {
            audited.Status = failure.Status;
        }

        audit.Refused(http, EndpointGuard.Of(http), failure, model: null);
        if (failure.IsOurs)
        {
            LogFailed(exception, http.Request.Path);
        }
        else if (exception.InnerException is not null)
        {
            LogRefused(http.Request.Path, PublicText.WithoutPaths(exception.InnerException.Message));
            LogCause(exception, http.Request.Path);
        }

        return failure;
    }

    private static StatusCode CodeOf(int http) => http switch
    {
        StatusCodes.Status400BadRequest => StatusCode.InvalidArgument,
        StatusCodes.Status401Unauthorized => StatusCode.Unauthenticated,
        StatusCodes.Status403Forbidden => StatusCode.PermissionDenied,
        StatusCodes.Status404NotFound => StatusCode.NotFound,
        StatusCodes.Status409Conflict => StatusCode.FailedPrecondition,
        StatusCodes.Status413PayloadTooLarge or StatusCodes.Status429TooManyRequests => StatusCode.ResourceExhausted,
        StatusCodes.Status499ClientClosedRequest => StatusCode.Cancelled,
        StatusCodes.Status501NotImplemented => StatusCode.Unimplemented,
        StatusCodes.Status503ServiceUnavailable => StatusCode.Unavailable,
        StatusCodes.Status504GatewayTimeout => StatusCode.DeadlineExceeded,
        < StatusCodes.Status500InternalServerError => StatusCode.InvalidArgument,
        _ => StatusCode.Internal,
    };

    [LoggerMessage(LogLevel.Debug, "The client of {Path} is gone: {Cause}")]
    private partial void LogCancelled(string cause, string path);

    [LoggerMessage(LogLevel.Debug, "{Path} got what is no gRPC message: {Cause}")]
    private partial void LogBroken(string path, string cause);

    [LoggerMessage(LogLevel.Information, "{Path} was refused: {Cause}")]
    private partial void LogRefused(string path, string cause);

    // Stack traces name files of the machine that built the server.
    [LoggerMessage(LogLevel.Debug, "{Path} was refused")]
    private partial void LogCause(Exception exception, string path);

    [LoggerMessage(LogLevel.Error, "{Path} failed")]
    private partial void LogFailed(Exception exception, string path);
}
