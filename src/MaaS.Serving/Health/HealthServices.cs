using MaaS.Serving.Endpoints;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Serving.Health;

/// <summary>Registers what says whether the server lives and is ready.</summary>
internal static class HealthServices
{
    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddEndpoints<HealthEndpoints>();
        return services;
    }
}
