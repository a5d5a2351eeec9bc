using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace MaaS.Serving.Registry;

/// <summary>Registers what follows a registry and what tells it of this server.</summary>
internal static class RegistryServices
{
    /// <summary>Adds them; before the models, whose first look then finds what the registry has.</summary>
    public static IServiceCollection AddRegistry(this IServiceCollection services)
    {
        services.TryAddSingleton<RegistryConnection>();
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IHostedService, RegistryFollower>(),
            ServiceDescriptor.Singleton<IHostedService, RegistryAnnouncer>(),
        ]);
        return services;
    }
}
