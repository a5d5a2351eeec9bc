using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Catalogue;

/// <summary>Where the catalogue is, seen from the address of a request: below any prefix of the application and any
/// that a proxy has cut off.</summary>
internal static class CatalogueAddress
{
    /// <summary>First part of every address of the catalogue, without what stands before it.</summary>
    public const string Root = "/catalogue";

    /// <summary>The server's root relative to the request's address, as <c>../../</c>.</summary>
    public static string Base(HttpContext context)
    {
        var depth = context.Request.Path.Value!.Count(static c => c == '/')
            - Prefix(context).Count(static c => c == '/') - 1;
        return depth == 0 ? "./" : string.Concat(Enumerable.Repeat("../", depth));
    }

    /// <summary>The server's root as the client knows it, ending with a slash.</summary>
    public static Uri Server(HttpContext context)
        => new($"{context.Request.Scheme}://{context.Request.Host}{context.Request.PathBase}{Prefix(context)}/");

    /// <summary>The request's address below the server's root.</summary>
    public static string Own(HttpContext context)
        => new PathString(context.Request.Path.Value![Prefix(context).Length..]).ToUriComponent().TrimStart('/');

    /// <summary>A page of a version.</summary>
    public static string View(string name, long version) => $"catalogue/view/{name}/{version}";

    /// <summary>A version in the API.</summary>
    public static string Api(string name, long version) => $"catalogue/models/{name}/versions/{version}";

    private static string Prefix(HttpContext context)
    {
        var pattern = $"/{((RouteEndpoint)context.GetEndpoint()!).RoutePattern.RawText!.TrimStart('/')}";
        return pattern[..pattern.LastIndexOf(Root, StringComparison.Ordinal)];
    }
}
