using MaaS.Serving.Endpoints;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Page;

/// <summary>
/// The page for people at <c>/</c>, its files and its data under <c>/page</c>. The files are open to all, as they tell
/// nothing; the data asks for the scope <c>read</c>. All addresses in the page are relative, so that it works under any
/// prefix.
/// </summary>
internal sealed class PageEndpoints(
    OverviewAnswer overview, ModelAnswer model, EndpointGuard guard, ServingEndpoint endpoint,
    IOptions<MaaSServingOptions> options) : IEndpoints
{
    // Nothing from elsewhere, nothing inline, no text that becomes a script, no frame around it.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
            + "form-action 'none'; "
        + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];


    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (!options.Value.Page)
        {
            return;
        }

        foreach (var file in PageFile.ReadAll())
        {
            // Last in order: an application that embeds MaaS may have a page of its own at its root.
            endpoints.MapMethods(
                file.Name == PageFile.Index ? "/" : "/page/" + file.Name, Methods, endpoint.Handle(Answer(file)))
                .WithScope(ServingScope.None).WithOrder(int.MaxValue);
        }

        endpoints.MapGet("/page/overview", endpoint.Handle(overview.WriteAsync)).WithScope(ServingScope.Read);
        endpoints.MapGet("/page/models/{name}", endpoint.Handle(model.WriteAsync)).WithScope(ServingScope.Read);
    }

    private Func<HttpContext, Task> Answer(PageFile file)
    {
        if (file.Name != PageFile.Index)
        {
            return context => WriteAsync(context, file);
        }

        var page = guard.IsKeyNeeded
            ? file.With("name=\"maas-key\" content=\"optional\"", "name=\"maas-key\" content=\"needed\"") : file;
        const string FirstLink = "<a class=\"keyless\" href=\"openapi/";
        page = options.Value.Registry is null ? page
            : page.With(FirstLink, $"<a href=\"catalogue\">Catalogue</a>\n    {FirstLink}");
        return context => RedirectToFolder(context) ? Task.CompletedTask : WriteAsync(context, page);
    }

    /// <summary><c>/models</c> becomes <c>/models/</c>, below which the page's relative addresses are; whatever a proxy
    /// cut off before it.</summary>
    private static bool RedirectToFolder(HttpContext context)
    {
        var address = (context.Request.PathBase + context.Request.Path).ToUriComponent();
        if (address.EndsWith('/'))
        {
            return false;
        }

        context.Response.Redirect($"./{address[(address.LastIndexOf('/') + 1)..]}/{context.Request.QueryString}");
        return true;
    }

    private static async Task WriteAsync(HttpContext context, PageFile file)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers.CacheControl = "no-cache"; // Kept, and asked for at each use whether it is still the same.
        headers.ETag = file.ETag;
        if (context.Request.Headers.IfNoneMatch.Any(
            tags => tags?.Contains(file.ETag, StringComparison.Ordinal) == true))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = file.ContentType;
        context.Response.ContentLength = file.Content.Length;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.BodyWriter.WriteAsync(file.Content, context.RequestAborted).ConfigureAwait(false);
        }
    }
}
