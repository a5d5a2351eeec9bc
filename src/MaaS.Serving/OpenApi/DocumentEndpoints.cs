using System.Text;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace MaaS.Serving.OpenApi;

/// <summary>
/// The description of the server where clients look for it: <c>/openapi.json</c>, <c>/docs</c> for people, and
/// TorchServe's <c>/api-description</c> and <c>OPTIONS /</c>.
/// </summary>
internal sealed class DocumentEndpoints(IServiceProvider services, ServingEndpoint endpoint) : IEndpoints
{
    private const string Document = "v1";


    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/openapi.json", endpoint.Handle(JsonAsync)).WithScope(ServingScope.Read);
        endpoints.MapGet("/api-description", endpoint.Handle(JsonAsync)).WithScope(ServingScope.Read);
        endpoints.MapMethods("/", [HttpMethods.Options], endpoint.Handle(JsonAsync)).WithScope(ServingScope.Read);
        endpoints.MapGet("/docs", endpoint.Handle(HtmlAsync)).WithScope(ServingScope.Read);
    }

    private async Task JsonAsync(HttpContext context)
    {
        var document = await ReadAsync(context).ConfigureAwait(false);
        var json = await document.SerializeAsJsonAsync(
            OpenApiSpecVersion.OpenApi3_1, context.RequestAborted).ConfigureAwait(false);
        await WriteAsync(context, json, "application/json").ConfigureAwait(false);
    }

    private async Task HtmlAsync(HttpContext context)
    {
        var document = await ReadAsync(context).ConfigureAwait(false);
        context.Response.Headers.ContentSecurityPolicy =
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
        await WriteAsync(context, DocumentPage.Of(document), "text/html; charset=utf-8").ConfigureAwait(false);
    }

    private Task<OpenApiDocument> ReadAsync(HttpContext context)
        => services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Document).GetOpenApiDocumentAsync(
            context.RequestAborted);

    private static async Task WriteAsync(HttpContext context, string text, string type)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        context.Response.ContentType = type;
        context.Response.ContentLength = bytes.Length;
        await context.Response.BodyWriter.WriteAsync(bytes, context.RequestAborted).ConfigureAwait(false);
    }
}
