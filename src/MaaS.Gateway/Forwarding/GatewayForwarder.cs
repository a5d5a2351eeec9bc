using System.Diagnostics;
using System.Net;
using MaaS.Gateway.Monitoring;
using MaaS.Gateway.Requests;
using MaaS.Gateway.Servers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace MaaS.Gateway.Forwarding;

/// <summary>Sends a request to a server that has its model; where that one fails, and the request may be repeated, to
/// another.</summary>
internal sealed class GatewayForwarder(
    IHttpForwarder forwarder, ServerConnections connections, Fleet fleet, GatewayOptions options,
    GatewayMetrics metrics)
{
    private const string ServerHeader = "X-MaaS-Server", GrpcStatus = "grpc-status", GrpcUnavailable = "14";

    /// <summary>Answers a request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var grpc = IsGrpc(context.Request);
        var target = grpc
            ? await GrpcTarget.OfAsync(context.Request, context.RequestAborted).ConfigureAwait(false)
            : RequestTarget.Of(context.Request);
        if (target.Kind == RequestKind.Administration)
        {
            await GatewayFault.WriteAsync(
                context, grpc, StatusCodes.Status403Forbidden,
                "the gateway changes no server: use the registry, which all of them follow, or a server's own "
                    + "administration address").ConfigureAwait(false);
            return;
        }

        var body = target.Kind == RequestKind.Passage
            ? null
            : await KeptBody.ReadAsync(context.Request, options.RepeatableBytes, context.RequestAborted)
                .ConfigureAwait(false);
        await ForwardAsync(context, target, body, grpc).ConfigureAwait(false);
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

            var held = target.Kind == RequestKind.Answer && body is not null
                ? new HeldAnswer(context, options.RepeatableBytes) : null;
            var started = Stopwatch.GetTimestamp();
            server.Begin();
            var error = await SendAsync(context, server, grpc).ConfigureAwait(false);
            var failed = IsServersFault(error, context);
            server.End(Stopwatch.GetElapsedTime(started), failed);
            var begun = held?.IsOut ?? context.Response.HasStarted;
            var next = begun ? null : Next();
            if (begun || !(failed || (IsTurnedAway(context, grpc) && next is not null)))
            {
                metrics.Answered(server, failed);
                await (held?.ReleaseAsync() ?? Task.CompletedTask).ConfigureAwait(false);
                return;
            }

            held?.Drop();
            context.Response.Clear();
            if (next is not null)
            {
                metrics.Repeated();
            }

            server = next;
        }

        if (!context.RequestAborted.IsCancellationRequested)
        {
            metrics.Unanswered();
            await GatewayFault.WriteAsync(
                context, grpc, Status(target, tried), Reason(target, tried)).ConfigureAwait(false);
        }

        Server? Next() => tried.Count < tries
            ? fleet.Choose(target.Model, target.Version, session.Length > 0 ? session : null, tried) : null;
    }

    private async Task<ForwarderError> SendAsync(HttpContext context, Server server, bool grpc)
    {
        var (address, version, policy) = grpc
            ? (server.Address.GrpcUrl ?? server.Address.Url, HttpVersion.Version20,
                HttpVersionPolicy.RequestVersionExact)
            : (server.Address.Url, HttpVersion.Version11, HttpVersionPolicy.RequestVersionExact);
        context.Response.Headers[ServerHeader] = server.Name;
        return await forwarder.SendAsync(
            context, address.GetLeftPart(UriPartial.Authority), connections.Invoker,
            new ForwarderRequestConfig
            {
                Version = version,
                VersionPolicy = policy,
                ActivityTimeout = options.ActivityTimeout,
            },
            GatewayTransformer.Instance).ConfigureAwait(false);
    }

    // A client that hangs up or sends too little is no fault of the server.
    private static bool IsServersFault(ForwarderError error, HttpContext context)
        => error is not (ForwarderError.None or ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled
            or ForwarderError.RequestBodyClient or ForwarderError.ResponseBodyCanceled
            or ForwarderError.ResponseBodyClient or ForwarderError.UpgradeRequestCanceled
            or ForwarderError.UpgradeResponseCanceled) && !context.RequestAborted.IsCancellationRequested;

    // A server that ends or is full has done nothing; another one may have room.
    private static bool IsTurnedAway(HttpContext context, bool grpc)
        => context.Response.StatusCode is StatusCodes.Status503ServiceUnavailable
            || (grpc && (context.Response.Headers[GrpcStatus].ToString() == GrpcUnavailable
                || context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers[GrpcStatus].ToString()
                    == GrpcUnavailable));

    private static bool IsGrpc(HttpRequest request)
        => request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    private int Status(RequestTarget target, List<Server> tried)
        => tried.Count > 0 ? StatusCodes.Status502BadGateway
            : target.Model is { } model && fleet.Servers.Any(static s => s.IsAvailable) && !fleet.Knows(model)
                ? StatusCodes.Status404NotFound : StatusCodes.Status503ServiceUnavailable;

    private string Reason(RequestTarget target, List<Server> tried)
        => tried.Count > 0
            ? $"expected an answer, but {string.Join(", ", tried.Select(static s => s.Name))} failed"
            : fleet.Servers.Count(static s => s.IsAvailable) is 0
                ? $"no server is there to answer: {fleet.Servers.Count} are known, none is ready"
                : target.Version is null ? $"no server has the model '{target.Model}'"
                    : $"no server has version {target.Version} of the model '{target.Model}'";
}
