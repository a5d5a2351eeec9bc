using System.Text;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Telemetry;

/// <summary>
/// <c>GET /metrics</c> for Prometheus. A caller of some models is shown the series of these alone: those of the whole
/// server tell of the others.
/// </summary>
internal sealed class MetricsEndpoints(MetricStore store, ServingEndpoint endpoint) : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints)
        => endpoints.MapGet("/metrics", endpoint.Handle(WriteAsync)).WithScope(ServingScope.Read);

    private Task WriteAsync(HttpContext context)
    {
        var caller = EndpointGuard.Of(context);
        var text = PrometheusText.Write(store.Read(), caller.MayUseAll ? null : series => IsOf(caller, series));
        var isOpen = OpenMetricsText.IsWanted(context.Request.GetTypedHeaders().Accept);
        context.Response.ContentType = isOpen ? OpenMetricsText.ContentType : PrometheusText.ContentType;
        context.Response.Headers.Append("Vary", "Accept");
        return context.Response.WriteAsync(
            isOpen ? OpenMetricsText.Of(text) : text, Encoding.UTF8, context.RequestAborted);
    }

    private static bool IsOf(Caller caller, MetricSeries series)
    {
        var isOfModel = false;
        foreach (var (label, value) in series.Labels)
        {
            if (label is "model" or "shadow" && !caller.MayUse(ModelAccess.ShadowTarget(value)))
            {
                return false;
            }

            isOfModel |= label == "model";
        }

        return isOfModel;
    }
}
