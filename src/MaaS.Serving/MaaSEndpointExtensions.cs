using MaaS.Serving;
using MaaS.Serving.Protocols;
using MaaS.Serving.Security;
using MaaS.Serving.Telemetry;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds the endpoints of model serving.</summary>
public static class MaaSEndpointExtensions
{
    /// <summary>Maps every protocol that <c>AddMaaS</c> registered, guarded as <see cref="MaaSServingOptions.Security"/> says.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">Put before every address, as <c>/models</c>; none by default.</param>
    /// <returns>The group, for authorization and other conventions.</returns>
    public static RouteGroupBuilder MapMaaS(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var group = endpoints.MapGroup(prefix);
        var guard = endpoints.ServiceProvider.GetRequiredService<EndpointGuard>();
        ((IEndpointConventionBuilder)group).Finally(guard.Protect);
        ((IEndpointConventionBuilder)group).Finally(AddHead);
        if (endpoints.ServiceProvider.GetRequiredService<IOptions<MaaSServingOptions>>().Value.Telemetry.LogRequests)
        {
            ((IEndpointConventionBuilder)group).Finally(endpoints.ServiceProvider.GetRequiredService<RequestLog>().Around);
        }

        // Counts from the first request on, whenever /metrics is asked for.
        endpoints.ServiceProvider.GetRequiredService<MetricStore>();
        foreach (var protocol in endpoints.ServiceProvider.GetServices<IProtocol>())
        {
            protocol.Map(group);
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
            endpoint.Metadata.Add(new HttpMethodMetadata([.. methods.HttpMethods, HttpMethods.Head], methods.AcceptCorsPreflight));
        }
    }
}
