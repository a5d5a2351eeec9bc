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
        context.Response.ContentType = PrometheusText.ContentType;
        return context.Response.WriteAsync(PrometheusText.Write(store.Read()), Encoding.UTF8, context.RequestAborted);
    }
}
