using MaaS.Serving.Endpoints;
using MaaS.Serving.Http;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Catalogue;

/// <summary>Publishing: <c>POST /catalogue/models/{name}/versions</c> for programs, <c>POST /catalogue/publish</c> for
/// the form of the list of models.</summary>
internal sealed class PublishEndpoints(
    ModelPublisher publisher, BrowserSession session, ServingEndpoint endpoint, IOptions<MaaSServingOptions> options)
    : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (options.Value.Registry is null)
        {
            return;
        }

        foreach (var address in new[] { "/catalogue/models/{name}/versions", "/catalogue/publish" })
        {
            endpoints.MapPost(address, endpoint.Handle(PublishAsync)).WithScope(ServingScope.Publish)
                .WithMetadata(session).WithErrors(CataloguePages.Form);
        }
    }

    private async Task PublishAsync(HttpContext context)
    {
        var version = await publisher.PublishAsync(context).ConfigureAwait(false);
        var root = CatalogueAddress.Base(context);
        context.Response.Headers.CacheControl = "no-store";
        if (CataloguePages.AsksForPages(context))
        {
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            context.Response.Headers.Location = root + CatalogueAddress.View(version.Name, version.Version);
            return;
        }

        context.Response.Headers.Location = root + CatalogueAddress.Api(version.Name, version.Version);
        await JsonAnswer.WriteAsync(
            context, w => CatalogueJson.WriteMembers(w, new CatalogueEntry(version, 0, Use: null, IsServed: false)),
            StatusCodes.Status201Created).ConfigureAwait(false);
    }
}
