using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Http;

/// <summary>Short ways to a request's parts.</summary>
internal static class HttpContextExtensions
{
    /// <summary>Header that names a request in logs.</summary>
    public const string RequestIdHeader = "X-Request-Id";

    /// <summary>What the client calls the request, or the server's own name for it.</summary>
    public static string RequestId(this HttpContext context)
        => context.Request.Headers.TryGetValue(RequestIdHeader, out var id) && id is [{ Length: > 0 and <= 128 } text]
            ? text : context.TraceIdentifier;

    /// <summary>A part of the address, or null where the route has none.</summary>
    public static string? Route(this HttpContext context, string key) => context.GetRouteValue(key) as string;
}
