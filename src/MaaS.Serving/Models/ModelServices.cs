using MaaS.Serving.Registry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Models;

/// <summary>Registers what loads models and chooses the one that answers.</summary>
internal static class ModelServices
{
    public static IServiceCollection AddModels(this IServiceCollection services)
    {
        services.TryAddSingleton<RegistryConnection>();
        services.TryAddSingleton<IModelLoader, ModelLoader>();
        services.TryAddSingleton<ModelLifecycle>();
        services.TryAddSingleton(s => new ModelRepository(
            s.GetRequiredService<IOptions<MaaSServingOptions>>(), s.GetRequiredService<ModelLifecycle>(),
            s.GetRequiredService<TimeProvider>()));
        services.TryAddEnumerable(
        [
            // Before the lifecycle, whose first look then finds what the registry has.
            ServiceDescriptor.Singleton<IHostedService, RegistryFollower>(),
            ServiceDescriptor.Singleton<IHostedService, ModelLifecycle>(s => s.GetRequiredService<ModelLifecycle>()),
            ServiceDescriptor.Singleton<IHostedService, ModelWatcher>(),
        ]);
        return services;
    }
}
