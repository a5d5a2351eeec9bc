using MaaS.Serving.Endpoints;
using MaaS.Serving.Security;
using MaaS.Serving.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Hosting;

/// <summary>Maps what every feature answers.</summary>
internal static class ServingEndpoints
{
    /// <summary>Maps every feature's endpoints, guarded as <see cref="MaaSServingOptions.Security"/> says.</summary>
    public static RouteGroupBuilder MapServing(this IEndpointRouteBuilder endpoints, string prefix)
    {
        var services = endpoints.ServiceProvider;
        var group = endpoints.MapGroup(prefix);
        ((IEndpointConventionBuilder)group).Finally(services.GetRequiredService<EndpointGuard>().Protect);
        ((IEndpointConventionBuilder)group).Finally(AddHead);
        if (services.GetRequiredService<IOptions<MaaSServingOptions>>().Value.Telemetry.LogRequests)
        {
            ((IEndpointConventionBuilder)group).Finally(services.GetRequiredService<RequestLog>().Around);
        }

        // Counts from the first request on, whenever /metrics is asked for.
        services.GetRequiredService<MetricStore>();
        foreach (var feature in services.GetServices<IEndpoints>())
        {
            feature.Map(group);
        }

        group.MapOpenApi().WithScope(ServingScope.Read);
        return group;
    }

    /// <summary>Whatever answers GET answers HEAD: the server sends the same head and leaves the body out.</summary>
    private static void AddHead(EndpointBuilder endpoint)
    {
        if (endpoint.Metadata.OfType<IHttpMethodMetadata>().LastOrDefault() is { } methods
            && methods.HttpMethods.Contains(HttpMethods.Get) && !methods.HttpMethods.Contains(HttpMethods.Head))
        {
            endpoint.Metadata.Add(
                new HttpMethodMetadata([.. methods.HttpMethods, HttpMethods.Head], methods.AcceptCorsPreflight));
        }
    }
}
