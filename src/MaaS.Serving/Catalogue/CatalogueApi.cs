using MaaS.Serving.Endpoints;
using MaaS.Serving.Http;
using MaaS.Serving.Registry;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Catalogue;

/// <summary>The catalogue for programs, in JSON, at <c>/catalogue/models</c> and below it, and who may download what at
/// <c>/catalogue/access</c>. There is none without a registry.</summary>
internal sealed class CatalogueApi(
    CatalogueSource source, CatalogueAccess access, SignatureState signatures, RegistryConnection registry,
    BrowserSession session, ServingEndpoint endpoint, IOptions<MaaSServingOptions> options) : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        if (options.Value.Registry is null)
        {
            return;
        }

        foreach (var (address, write, scope) in new (string, Func<HttpContext, Task>, ServingScope)[]
        {
            ("/catalogue/models", ListAsync, ServingScope.Read),
            ("/catalogue/models/{name}", ModelAsync, ServingScope.Read),
            ("/catalogue/models/{name}/versions/{version}", VersionAsync, ServingScope.Read),
            ("/catalogue/access", AccessAsync, ServingScope.Admin),
        })
        {
            endpoints.MapGet(address, endpoint.Handle(write)).WithScope(scope).WithMetadata(session);
        }

        endpoints.MapPost("/catalogue/models/{name}/requests", endpoint.Handle(AskAsync))
            .WithScope(ServingScope.Read).WithMetadata(session).WithErrors(CataloguePages.Form);
        endpoints.MapPost("/catalogue/models/{name}/access", endpoint.Handle(DecideAsync))
            .WithScope(ServingScope.Admin).WithMetadata(session);
    }

    private async Task ListAsync(HttpContext context)
    {
        var found = new CatalogueQuery(context.Request.Query).Find(
            await source.ModelsAsync(context).ConfigureAwait(false));
        await AnswerAsync(context, w => CatalogueJson.Write(w, "models", found)).ConfigureAwait(false);
    }

    private async Task ModelAsync(HttpContext context)
    {
        var versions = await source.VersionsAsync(context).ConfigureAwait(false);
        var history = await source.HistoryAsync(context).ConfigureAwait(false);
        var own = await access.OwnAsync(context, versions[0].Name).ConfigureAwait(false);
        await AnswerAsync(context, w =>
        {
            w.WriteString("name"u8, versions[0].Name);
            CatalogueJson.WriteAccess(w, EndpointGuard.Of(context), own);
            CatalogueJson.Write(w, "versions", versions);
            CatalogueJson.Write(w, history);
        }).ConfigureAwait(false);
    }

    private async Task VersionAsync(HttpContext context)
    {
        var entry = await source.FindAsync(context).ConfigureAwait(false);
        var signature = await source.TryAsync(
            async () => await signatures.OfAsync(
                await registry.ModelsAsync(context.RequestAborted).ConfigureAwait(false), entry.Version,
                context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
        var own = await access.OwnAsync(context, entry.Name).ConfigureAwait(false);
        var caller = EndpointGuard.Of(context);
        await AnswerAsync(context, w =>
        {
            CatalogueJson.WriteMembers(w, entry);
            CatalogueJson.WriteAccess(w, caller, own);
            w.WriteString("signature"u8, signature);
            CatalogueJson.WriteDetails(w, entry.Version, caller);
        }).ConfigureAwait(false);
    }

    private async Task AccessAsync(HttpContext context)
    {
        var caller = EndpointGuard.Of(context);
        var requests = await source.AccessAsync(null, null, context.RequestAborted).ConfigureAwait(false);
        await AnswerAsync(context, w =>
        {
            w.WriteStartArray("requests"u8);
            foreach (var request in requests.Where(r => caller.MayUse(r.Model)))
            {
                w.WriteStartObject();
                CatalogueJson.Write(w, request);
                w.WriteEndObject();
            }

            w.WriteEndArray();
        }).ConfigureAwait(false);
    }

    private async Task AskAsync(HttpContext context)
    {
        var request = await access.AskAsync(context).ConfigureAwait(false);
        if (context.Request.HasFormContentType)
        {
            context.Response.StatusCode = StatusCodes.Status303SeeOther;
            context.Response.Headers.Location = $"{CatalogueAddress.Base(context)}catalogue/view/{request.Model}";
            return;
        }

        await AnswerAsync(context, w => CatalogueJson.Write(w, request)).ConfigureAwait(false);
    }

    private async Task DecideAsync(HttpContext context)
    {
        var request = await access.DecideAsync(context).ConfigureAwait(false);
        await AnswerAsync(context, w => CatalogueJson.Write(w, request)).ConfigureAwait(false);
    }

    private static Task AnswerAsync(HttpContext context, Action<System.Text.Json.Utf8JsonWriter> write)
    {
        context.Response.Headers.CacheControl = "no-store";
        return JsonAnswer.WriteAsync(context, write);
    }
}
