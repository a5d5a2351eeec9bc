using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Catalogue;

/// <summary>The catalogue for people: <c>/catalogue</c>, a page for each version, and the forms on them. There is none
/// without a registry, or where the server's page is switched off.</summary>
internal sealed class CataloguePages(
    ListPage list, VersionPage version, BrowserSession session, ServingEndpoint endpoint,
    IOptions<MaaSServingOptions> options) : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (options.Value.Registry is null || !options.Value.Page)
        {
            return;
        }

        foreach (var (address, write) in new (string, Func<HttpContext, Task>)[]
        {
            ("/catalogue", list.WriteAsync),
            ("/catalogue/view/{name}", version.WriteAsync),
            ("/catalogue/view/{name}/{version}", version.WriteAsync),
        })
        {
            endpoints.MapGet(address, endpoint.Handle(write)).WithScope(ServingScope.Read)
                .WithMetadata(session).WithErrors(Form);
        }

        endpoints.MapPost("/catalogue/session", endpoint.Handle(BrowserSession.PostAsync))
            .WithScope(ServingScope.None).WithErrors(Form);
    }

    /// <summary>A failure as a page for clients that want pages, else as JSON.</summary>
    public static ErrorForm Form { get; } = new(WriteFailureAsync);

    /// <summary>Whether a client wants pages, as browsers do.</summary>
    public static bool AsksForPages(HttpContext context)
        => context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);

    private static Task WriteFailureAsync(HttpContext context, Failure failure)
        => AsksForPages(context)
            ? CataloguePage.WriteFailureAsync(context, failure) : JsonAnswer.WriteErrorAsync(context, failure);
}
