using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MaaS.Serving.Endpoints;

/// <summary>Registers what stands before and around every endpoint.</summary>
internal static class EndpointServices
{
    public static IServiceCollection AddEndpoints(this IServiceCollection services)
    {
        services.TryAddSingleton<RequestContextFactory>();
        services.TryAddSingleton<FailureReport>();
        services.TryAddSingleton<ServingEndpoint>();
        services.TryAddSingleton<EndpointGuard>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IStartupFilter, EndpointStartCheck>());
        return services;
    }

    /// <summary>Adds a feature's endpoints, once.</summary>
    public static IServiceCollection AddEndpoints<T>(this IServiceCollection services)
        where T : class, IEndpoints
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IEndpoints, T>());
        return services;
    }
}
