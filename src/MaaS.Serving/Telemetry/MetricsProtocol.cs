using System.Text;
using MaaS.Serving.Http;
using MaaS.Serving.Protocols;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Telemetry;

/// <summary><c>GET /metrics</c> for Prometheus.</summary>
internal sealed class MetricsProtocol(MetricStore store, ServingEndpoint endpoint) : IProtocol
{
    public string Name => "metrics";

    public void Map(IEndpointRouteBuilder endpoints) => endpoints.MapGet("/metrics", endpoint.Handle(WriteAsync)).WithScope(ServingScope.Read);

    private Task WriteAsync(HttpContext context)
    {
        var text = PrometheusText.Write(store.Read());
        var isOpen = OpenMetricsText.IsWanted(context.Request.GetTypedHeaders().Accept);
        context.Response.ContentType = isOpen ? OpenMetricsText.ContentType : PrometheusText.ContentType;
        context.Response.Headers.Append("Vary", "Accept");
        return context.Response.WriteAsync(isOpen ? OpenMetricsText.Of(text) : text, Encoding.UTF8, context.RequestAborted);
    }
}
