using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Http;

/// <summary>Short ways to a request's parts.</summary>
internal static class HttpContextExtensions
{
    /// <summary>A part of the address, or null where the route has none.</summary>
    public static string? Route(this HttpContext context, string key) => context.GetRouteValue(key) as string;
}
