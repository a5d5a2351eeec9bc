using System.Globalization;
using Google.Protobuf;
using MaaS.Serving.Audit;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Grpc;

/// <summary>
/// gRPC over HTTP/2 without the gRPC packages: framing, deadlines, packing and the status in the trailers.
/// </summary>
/// <remarks>Source: the gRPC project's PROTOCOL-HTTP2 and compression documents.</remarks>
internal sealed partial class GrpcEndpoint(
    RequestContextFactory contexts, RecentErrors errors, FailureReport report, IOptions<MaaSServingOptions> options, TimeProvider time, ILogger<GrpcEndpoint> logger)
{
    private const string StatusTrailer = "grpc-status";
    private const string MessageTrailer = "grpc-message";

    /// <summary>A method that takes one message and gives one.</summary>
    public RequestDelegate Unary<TRequest>(MessageParser<TRequest> parser, Func<TRequest, GrpcCall, ValueTask<IMessage>> method)
        where TRequest : class, IMessage<TRequest>
        => Handle(async call =>
        {
            var request = await call.ReadOnlyMessageAsync(parser).ConfigureAwait(false);
            await call.WriteAsync(await method(request, call).ConfigureAwait(false)).ConfigureAwait(false);
        });

    /// <summary>A method that reads and writes messages as it likes.</summary>
    public RequestDelegate Handle(Func<GrpcCall, Task> method) => async http =>
    {
        if (!IsGrpc(http))
        {
            return;
        }

        Prepare(http);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        using var deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var onDeadline = deadline.Token.UnsafeRegister(static c => ((CancellationTokenSource)c!).Cancel(), cancellation);
        var (status, message) = (GrpcStatusCode.Ok, "");
        try
        {
            await method(Begin(http, deadline, cancellation.Token)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            (status, message) = (GrpcStatusCode.DeadlineExceeded, "the deadline passed before the answer was there");
        }
        catch (Exception e) when (http.RequestAborted.IsCancellationRequested)
        {
            LogCancelled(e.Message, http.Request.Path);
            return;
        }
        catch (Exception e)
        {
            (status, message) = StatusOf(e, http);
        }

        await EndAsync(http, status, message).ConfigureAwait(false);
    };

    /// <summary>Ends a call that was refused before any method saw it; false where the request is no gRPC call.</summary>
    public static async Task<bool> TryRefuseAsync(HttpContext http, Failure failure)
    {
        var isGrpc = http.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;
        if (isGrpc)
        {
            http.Response.ContentType = "application/grpc";
            await EndAsync(http, StatusOf(failure.Kind), failure.Message).ConfigureAwait(false);
        }

        return isGrpc;
    }

    private GrpcCall Begin(HttpContext http, CancellationTokenSource deadline, CancellationToken cancellationToken)
    {
        var headers = http.Request.Headers;
        var client = contexts.Of(http);
        if (headers.TryGetValue("grpc-timeout", out var text))
        {
            var timeout = GrpcTimeout.Parse(text.ToString())
                ?? throw new GrpcException(GrpcStatusCode.Internal, $"grpc-timeout: expected at most 8 digits and one of H M S m u n, got '{text}'");
            var until = contexts.DeadlineIn(timeout);
            client.Deadline = client.Deadline is { } earlier ? Math.Min(earlier, until) : until;
            deadline.CancelAfter(timeout);
        }

        var encoding = headers.TryGetValue("grpc-encoding", out var named) ? named.ToString() : GrpcEncoding.Identity;
        var isGzip = encoding switch
        {
            GrpcEncoding.Identity => false,
            GrpcEncoding.Gzip => true,
            _ => throw new GrpcException(GrpcStatusCode.Unimplemented, $"grpc-encoding: expected one of {GrpcEncoding.Accepted}, got '{encoding}'"),
        };

        // Every client accepts gzip; only one that packs its own messages wants to pay for it.
        var packs = isGzip && headers.GetCommaSeparatedValues("grpc-accept-encoding").Contains(GrpcEncoding.Gzip, StringComparer.Ordinal);
        if (packs)
        {
            http.Response.Headers["grpc-encoding"] = GrpcEncoding.Gzip;
        }

        var reader = new GrpcMessageReader(http.Request.BodyReader, isGzip, options.Value.MaxRequestBytes);
        return new GrpcCall(http, client, reader, new GrpcMessageWriter(http.Response.BodyWriter, packs), cancellationToken);
    }

    /// <summary>Whether the request is a gRPC call; if not, it is answered.</summary>
    private static bool IsGrpc(HttpContext http)
    {
        var type = http.Request.ContentType.AsSpan();
        type = type[..(type.IndexOf(';') is >= 0 and var end ? end : type.Length)].Trim();
        if (!type.Equals("application/grpc", StringComparison.OrdinalIgnoreCase) && !type.Equals("application/grpc+proto", StringComparison.OrdinalIgnoreCase))
        {
            http.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return false;
        }

        if (!HttpProtocol.IsHttp2(http.Request.Protocol) && !HttpProtocol.IsHttp3(http.Request.Protocol))
        {
            http.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            http.Response.Headers.Upgrade = "h2c";
            return false;
        }

        return true;
    }

    private static void Prepare(HttpContext http)
    {
        http.Response.ContentType = "application/grpc";
        http.Response.Headers["grpc-accept-encoding"] = GrpcEncoding.Accepted;

        // A stream may be longer than any message, and pause as it likes.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
        {
            rate.MinDataRate = null;
        }
    }

    /// <summary>The status goes to the trailers, or to the headers where nothing was sent yet.</summary>
    private static async Task EndAsync(HttpContext http, GrpcStatusCode status, string message)
    {
        var response = http.Response;
        var trailers = response.HasStarted ? http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers : response.Headers;
        trailers[StatusTrailer] = ((int)status).ToString(CultureInfo.InvariantCulture);
        if (message.Length > 0)
        {
            trailers[MessageTrailer] = GrpcMessageText.Encode(message);
        }

        await response.CompleteAsync().ConfigureAwait(false);
    }

    /// <summary>What a client is told of an exception; what is the server's fault goes to the log.</summary>
    public string MessageOf(Exception exception, HttpContext http) => StatusOf(exception, http).Message;

    private (GrpcStatusCode Status, string Message) StatusOf(Exception exception, HttpContext http)
    {
        if (exception is GrpcException grpc)
        {
            return (grpc.Status, grpc.Message);
        }

        errors.Add(exception);
        var failure = Failure.Of(exception);
        if (http.Features.Get<AuditedRequest>() is { } audited)
        {
            audited.Status = HttpStatus.Of(failure.Kind);
        }

        report.Add(http, exception, failure, model: null);
        return (StatusOf(failure.Kind), failure.Message);
    }

    private static GrpcStatusCode StatusOf(FaultKind kind) => kind switch
    {
        FaultKind.Unauthenticated => GrpcStatusCode.Unauthenticated,
        FaultKind.PermissionDenied => GrpcStatusCode.PermissionDenied,
        FaultKind.NotFound => GrpcStatusCode.NotFound,
        FaultKind.Conflict => GrpcStatusCode.FailedPrecondition,
        FaultKind.TooLarge or FaultKind.ResourceExhausted => GrpcStatusCode.ResourceExhausted,
        FaultKind.Unavailable => GrpcStatusCode.Unavailable,
        FaultKind.DeadlineExceeded => GrpcStatusCode.DeadlineExceeded,
        FaultKind.Internal => GrpcStatusCode.Internal,
        _ => GrpcStatusCode.InvalidArgument,
    };

    [LoggerMessage(LogLevel.Debug, "The client of {Path} is gone: {Cause}")]
    private partial void LogCancelled(string cause, string path);
}
