using MaaS.Serving.Endpoints;
using MaaS.Serving.Execution;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MaaS.Serving.Drift;

/// <summary>Registers what compares the rows that come with those of training.</summary>
internal static class DriftServices
{
    public static IServiceCollection AddDrift(this IServiceCollection services)
    {
        services.TryAddSingleton<DriftMonitor>();
        services.AddLayer(DriftMonitor.Layer);
        services.AddEndpoints<DriftEndpoints>();
        return services;
    }
}
