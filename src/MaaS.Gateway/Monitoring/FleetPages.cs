using System.Text.Json;
using MaaS.Gateway.Servers;
using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Monitoring;

/// <summary>What the gateway says of itself: health everywhere, the fleet on the administration address.</summary>
internal sealed class FleetPages(Fleet fleet, GatewayMetrics metrics)
{
    private const string Live = "/livez", Ready = "/readyz";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Whether a request asks for the gateway's own health.</summary>
    public static bool IsHealth(HttpRequest request) => request.Path.Value is Live or Ready;

    public Task InvokeAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.Headers.Allow = "GET, HEAD";
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return Task.CompletedTask;
        }

        return context.Request.Path.Value switch
        {
            Live => WriteAsync(context, "text/plain", "live\n"),
            Ready => fleet.Servers.Any(static s => s.IsAvailable)
                ? WriteAsync(context, "text/plain", "ready\n")
                : WriteAsync(
                    context, "text/plain", "no server takes requests\n", StatusCodes.Status503ServiceUnavailable),
            "/" or "/gateway" => PageAsync(context),
            "/fleet" => WriteAsync(
                context, "application/json",
                JsonSerializer.Serialize(
                    fleet.Servers.Select(static s => new
                    {
                        Address = s.Name,
                        s.State,
                        Available = s.IsAvailable,
                        Models = s.Models.Select(static m => m.ToString()).Order(StringComparer.Ordinal),
                        s.Requests,
                        s.Failures,
                        s.InFlight,
                        MedianMs = s.Latency()?.Median,
                        P99Ms = s.Latency()?.P99,
                    }), Json)),
            "/metrics" => WriteAsync(context, "text/plain; version=0.0.4", metrics.Text()),
            _ => WriteAsync(
                context, "text/plain", "expected /, /fleet, /metrics, /livez or /readyz\n",
                StatusCodes.Status404NotFound),
        };
    }

    private Task PageAsync(HttpContext context)
    {
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return WriteAsync(context, "text/html; charset=utf-8", FleetPage.Render(fleet.Servers, metrics));
    }

    private static Task WriteAsync(
        HttpContext context, string type, string text, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.Headers.CacheControl = "no-store";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
