using System.Text.Json;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Health;

/// <summary>
/// <c>GET /healthz</c>: 200 while every model that was found is loaded, else 503. Callers with the scope <c>read</c>
/// are told which of their models can answer, and which cannot.
/// </summary>
internal sealed class HealthEndpoints(
    ModelRepository models, EndpointGuard guard, ServingEndpoint endpoint) : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints)
        => endpoints.MapGet("/healthz", endpoint.Handle(AnswerAsync)).WithScope(ServingScope.None);

    private async Task AnswerAsync(HttpContext context)
    {
        var isReady = models.IsReady;
        var caller = await guard.IdentifyAsync(context).ConfigureAwait(false);
        await JsonAnswer.WriteAsync(
            context,
            writer =>
            {
                writer.WriteString("status"u8, isReady ? "ok" : "unavailable");
                if (caller.Has(ServingScope.Read))
                {
                    var visible = new ModelAccess(models, context, caller);
                    Write(writer, "models", visible.Names);
                    if (visible.Failed is { Count: > 0 } failed)
                    {
                        Write(writer, "failed", failed);
                    }
                }
            },
            isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable).ConfigureAwait(false);
    }

    private static void Write(Utf8JsonWriter writer, string member, IReadOnlyList<string> names)
    {
        writer.WriteStartArray(member);
        foreach (var name in names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
    }
}
