using MaaS.Serving.Endpoints;
using MaaS.Serving.Execution;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace MaaS.Serving.Routing;

/// <summary>Registers what changes routes and copies requests to a shadow.</summary>
internal static class RoutingServices
{
    public static IServiceCollection AddRoutes(this IServiceCollection services)
    {
        services.TryAddSingleton<ShadowTraffic>();
        services.AddLayer(ShadowTraffic.Layer);
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IHostedService, ShadowTraffic>(s => s.GetRequiredService<ShadowTraffic>()));
        services.AddEndpoints<RouteEndpoints>();
        return services;
    }
}
