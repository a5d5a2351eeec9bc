using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Protocols;

/// <summary><c>GET /healthz</c>: 200 while every model that was found is loaded, else 503 and what is missing.</summary>
internal sealed class HealthProtocol(ModelRepository models, ServingEndpoint endpoint) : IProtocol
{
    public string Name => "health";

    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/healthz", endpoint.Handle(AnswerAsync)).WithScope(ServingScope.None);

    private Task AnswerAsync(HttpContext context) => JsonAnswer.WriteAsync(
        context,
        writer =>
        {
            writer.WriteString("status"u8, models.IsReady ? "ok" : "unavailable");
            writer.WriteStartArray("models"u8);
            foreach (var name in models.Names)
            {
                writer.WriteStringValue(name);
            }

            writer.WriteEndArray();
            if (models.Failed.Count > 0)
            {
                writer.WriteStartArray("failed"u8);
                foreach (var name in models.Failed)
                {
                    writer.WriteStringValue(name);
                }

                writer.WriteEndArray();
            }
        },
        models.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
}
