using System.Text.Json;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Protocols.KServe;

/// <summary>
/// What KServe has beside TensorFlow Serving's and the Open Inference Protocol's addresses: lists of models, and
/// Kubernetes' probes.
/// </summary>
internal sealed class KServeEndpoints(ModelRepository models, ServingEndpoint endpoint) : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/v1/models", endpoint.Handle(ListBothAsync)).WithScope(ServingScope.Read);
        endpoints.MapGet("/v2/models", endpoint.Handle(ListAsync)).WithScope(ServingScope.Read);
        endpoints.MapGet(
            "/livez", endpoint.Handle(static context => StatusAsync(context, isUp: true))).WithScope(ServingScope.None);
        endpoints.MapGet(
            "/readyz", endpoint.Handle(context => StatusAsync(context, models.IsReady))).WithScope(ServingScope.None);
    }

    private Task ListAsync(HttpContext context)
    {
        var names = new ModelAccess(models, context).Names;
        return JsonAnswer.WriteAsync(context, writer => WriteNames(writer, names));
    }

    /// <summary>The same with the members that OpenAI's clients read beside it.</summary>
    private Task ListBothAsync(HttpContext context)
    {
        var access = new ModelAccess(models, context);
        var names = access.Names;
        return JsonAnswer.WriteAsync(context, writer =>
        {
            WriteNames(writer, names);
            writer.WriteString("object"u8, "list"u8);
            writer.WriteStartArray("data"u8);
            foreach (var name in names)
            {
                var versions = access.FindStatus(name, version: null);
                foreach (var adapter in ModelObject.AdaptersOf(versions).Prepend(null))
                {
                    writer.WriteStartObject();
                    ModelObject.Write(writer, new AdapterName(name, adapter).ToString(), versions);
                    writer.WriteEndObject();
                }
            }

            writer.WriteEndArray();
        });
    }

    private static void WriteNames(Utf8JsonWriter writer, IReadOnlyList<string> names)
    {
        writer.WriteStartArray("models"u8);
        foreach (var name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }

    private static Task StatusAsync(HttpContext context, bool isUp) => JsonAnswer.WriteAsync(
        context,
        writer => writer.WriteString("status"u8, isUp ? "ok" : "unavailable"),
        isUp ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
}
