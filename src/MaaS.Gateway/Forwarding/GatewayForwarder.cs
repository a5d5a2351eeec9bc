using System.Diagnostics;
using System.Net;
using MaaS.Gateway.Faults;
using MaaS.Gateway.Monitoring;
using MaaS.Gateway.Requests;
using MaaS.Gateway.Security;
using MaaS.Gateway.Servers;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace MaaS.Gateway.Forwarding;

/// <summary>Sends a request to a server that has its model; where that one fails, and the request may be repeated, to
/// another.</summary>
internal sealed class GatewayForwarder(
    IHttpForwarder forwarder, ServerConnections connections, Fleet fleet, GatewayOptions options,
    GatewayMetrics metrics, ModelLists lists, Entrance? entrance = null)
{
    private const string ServerHeader = "X-MaaS-Server", GrpcStatus = "grpc-status", GrpcUnavailable = "14";

    private static readonly TimeSpan Patience = TimeSpan.FromDays(1);

    private readonly KeptBytes _kept = new(options.KeptBytes);

    /// <summary>Answers a request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var grpc = IsGrpc(context.Request);
        var caller = entrance is null ? null : await entrance.AdmitAsync(context, grpc).ConfigureAwait(false);
        if (entrance is not null && caller is null)
        {
            return;
        }

        var target = RequestTarget.Of(context.Request);
        if (caller is not null
            && await Entrance.RefusesAsync(
                context, caller, target.Model ?? RequestScope.ModelOf(context.Request), grpc).ConfigureAwait(false))
        {
            return;
        }

        if (grpc && target.Kind != RequestKind.Administration)
        {
            target = await GrpcTarget.OfAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
            if (caller is not null
                && await Entrance.RefusesAsync(context, caller, target.Model, grpc).ConfigureAwait(false))
            {
                return;
            }
        }

        if (target.Kind == RequestKind.Administration)
        {
            await GatewayFault.WriteAsync(
                context, grpc, StatusCodes.Status403Forbidden,
                "the gateway changes no server: use the registry, which all of them follow, or a server's own "
                    + "administration address").ConfigureAwait(false);
            return;
        }

        if (ModelLists.Of(context.Request) is { } list
            && await lists.AnswerAsync(context, list).ConfigureAwait(false))
        {
            return;
        }

        var (body, taken) = await KeepAsync(context, target).ConfigureAwait(false);
        try
        {
            if (!grpc && OpenAiRequest.KindOf(context.Request) is { } kind)
            {
                var model = await ModelMember.ReadAsync(context.Request, body, context.RequestAborted)
                    .ConfigureAwait(false);
                target = OpenAiRequest.About(kind, model.Name);
                if (await RefusesAsync(context, caller, target, model).ConfigureAwait(false))
                {
                    return;
                }
            }

            await ForwardAsync(context, target, body, grpc).ConfigureAwait(false);
        }
        finally
        {
            _kept.Give(taken);
        }
    }

    private static async Task<bool> RefusesAsync(
        HttpContext context, Caller? caller, RequestTarget target, ModelMember model)
    {
        if (!model.IsCut)
        {
            return caller is not null
                && await Entrance.RefusesAsync(context, caller, target.Model, grpc: false).ConfigureAwait(false);
        }

        await GatewayFault.WriteAsync(
            context, grpc: false, StatusCodes.Status413PayloadTooLarge,
            $"expected 'model' among the first {ModelMember.BeginningBytes} bytes of a request that is too long to be "
                + "kept, or packed; put it before the texts").ConfigureAwait(false);
        return true;
    }

    /// <summary>Reads the body of a request that may be repeated.</summary>
    /// <returns>The body, null where it goes through as it comes; and what it takes of the room.</returns>
    private async Task<(byte[]? Body, long Taken)> KeepAsync(HttpContext context, RequestTarget target)
    {
        if (target.Kind == RequestKind.Passage || context.Request.ContentLength > options.RepeatableBytes)
        {
            return (null, 0);
        }

        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return ([], 0);
        }

        var most = context.Request.ContentLength ?? options.RepeatableBytes;
        if (!_kept.TryTake(most))
        {
            return (null, 0);
        }

        long taken = 0;
        try
        {
            var body = await KeptBody.ReadAsync(context.Request, most, context.RequestAborted).ConfigureAwait(false);
            taken = body?.Length ?? 0;
            return (body, taken);
        }
        finally
        {
            _kept.Give(most - taken);   // What it might have been.
        }
    }

    /// <param name="context">The request.</param>
    /// <param name="target">What it is about.</param>
    /// <param name="body">All of its body; null where that goes through as it comes, so that it cannot be
    /// repeated.</param>
    /// <param name="grpc">Whether it is a call over gRPC.</param>
    private async Task ForwardAsync(HttpContext context, RequestTarget target, byte[]? body, bool grpc)
    {
        var session = context.Request.Headers[options.SessionHeader].ToString();
        var tries = body is null ? 1 : 1 + options.Retries;
        List<Server> tried = [];
        for (var server = Next(); server is not null;)
        {
            tried.Add(server);
            if (body is not null)
            {
                context.Request.Body = new MemoryStream(body, writable: false);
            }

            using var held = body is null ? null
                : new HeldAnswer(context, options.RepeatableBytes, target.Kind == RequestKind.Stream, _kept);
            var error = await MeasuredAsync(context, server, target.Kind, grpc).ConfigureAwait(false);
            var (failed, begun) = (IsServersFault(error, context), held?.IsOut ?? context.Response.HasStarted);
            var next = !begun && (failed || IsTurnedAway(context, grpc)) ? Next() : null;
            if (begun || (IsAnswered(error, context) && next is null))
            {
                await (held?.ReleaseAsync() ?? Task.CompletedTask).ConfigureAwait(false);
                return;
            }

            held?.Drop();
            Clear(context);
            if (!failed && !IsAnswered(error, context))
            {
                await RefuseAsync(context, grpc, error).ConfigureAwait(false);
                return;
            }

            if (next is not null)
            {
                metrics.Repeated();
            }

            server = next;
        }

        if (!context.RequestAborted.IsCancellationRequested)
        {
            metrics.Unanswered();
            var (status, reason) = Nobody(target, tried, grpc);
            await GatewayFault.WriteAsync(context, grpc, status, reason).ConfigureAwait(false);
        }

        Server? Next() => tried.Count < tries
            ? fleet.Choose(
                target.Model, target.Version, target.Adapter, grpc, session.Length > 0 ? session : null, tried) : null;
    }

    // What could not be sent at all is no server's fault, and of no use to send again.
    private static Task RefuseAsync(HttpContext context, bool grpc, ForwarderError error)
        => context.RequestAborted.IsCancellationRequested ? Task.CompletedTask
            : GatewayFault.WriteAsync(
                context, grpc, StatusCodes.Status400BadRequest,
                error is ForwarderError.RequestBodyDestination
                    ? "the server broke off before it had read the request, which may be too large for it"
                    : $"the request cannot be passed on ({error})");

    private static void Clear(HttpContext context)
    {
        context.Response.Clear();
        context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers.Clear();
    }

    private async Task<ForwarderError> MeasuredAsync(HttpContext context, Server server, RequestKind kind, bool grpc)
    {
        var (started, outcome) = (Stopwatch.GetTimestamp(), RequestOutcome.Unknown);
        server.Begin();
        try
        {
            var error = await SendAsync(context, server, kind, grpc).ConfigureAwait(false);
            outcome = IsServersFault(error, context) ? RequestOutcome.Failed
                : IsAnswered(error, context) ? RequestOutcome.Answered : RequestOutcome.Unknown;
            return error;
        }
        finally
        {
            server.End(Stopwatch.GetElapsedTime(started), outcome);
        }
    }

    private async Task<ForwarderError> SendAsync(HttpContext context, Server server, RequestKind kind, bool grpc)
    {
        context.Response.Headers[ServerHeader] = server.Name;
        return await forwarder.SendAsync(
            context, (grpc ? server.Address.GrpcUrl ?? server.Address.Url : server.Address.Url)
                .GetLeftPart(UriPartial.Authority),
            connections.Invoker,
            new ForwarderRequestConfig
            {
                Version = grpc ? HttpVersion.Version20 : HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                // Whoever talks both ways or waits for a stream may be silent for as long as they like.
                ActivityTimeout = kind == RequestKind.Answer ? options.ActivityTimeout : Patience,
            },
            GatewayTransformer.Instance).ConfigureAwait(false);
    }

    // A client that hangs up, or whose request cannot be written, is no fault of a server.
    private static bool IsServersFault(ForwarderError error, HttpContext context)
        => error is not (ForwarderError.None or ForwarderError.RequestCreation or ForwarderError.RequestBodyClient
            or ForwarderError.RequestBodyDestination or ForwarderError.ResponseBodyClient)
            && !context.RequestAborted.IsCancellationRequested;

    // A server may refuse a request before it has read all of it.
    private static bool IsAnswered(ForwarderError error, HttpContext context)
        => error is ForwarderError.None || (error is ForwarderError.RequestBodyDestination
            && context.Response.StatusCode is >= StatusCodes.Status400BadRequest
                and < StatusCodes.Status500InternalServerError);

    // A server that ends or is full has done nothing; another one may have room.
    private static bool IsTurnedAway(HttpContext context, bool grpc)
        => context.Response.StatusCode is StatusCodes.Status503ServiceUnavailable
            || (grpc && (context.Response.Headers[GrpcStatus].ToString() == GrpcUnavailable
                || context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers[GrpcStatus].ToString()
                    == GrpcUnavailable));

    private static bool IsGrpc(HttpRequest request)
        => request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    private (int Status, string Reason) Nobody(RequestTarget target, List<Server> tried, bool grpc)
    {
        var available = fleet.Servers.Where(static s => s.IsAvailable).ToArray();
        var model = target.Model is null ? ""
            : target.Version is null ? $"the model '{target.Model}'"
            : $"version {target.Version} of the model '{target.Model}'";
        return tried.Count > 0
            ? (StatusCodes.Status502BadGateway,
                $"expected an answer, but {string.Join(", ", tried.Select(static s => s.Name))} failed")
            : available.Length == 0
                ? (StatusCodes.Status503ServiceUnavailable,
                    $"no server is there to answer: {fleet.Servers.Count} are known, none is ready")
            : target.Model is { } name && !fleet.Knows(name, target.Version)
                ? (StatusCodes.Status404NotFound, $"no server has {model}")
            : grpc && !Array.Exists(available, static s => s.TakesGrpc)
                ? (StatusCodes.Status501NotImplemented,
                    "no server takes gRPC: name its port (http://host:port?grpc=port), or announce it")
            : (StatusCodes.Status503ServiceUnavailable, $"the servers that have {model} take no requests now");
    }
}
