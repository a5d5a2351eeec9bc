using MaaS.Serving.Trust;
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
        services.TryAddSingleton<PackageTrust>();
        services.TryAddSingleton<IModelLoader, ModelLoader>();
        services.TryAddSingleton<ModelLifecycle>();
        services.TryAddSingleton(s => new ModelRepository(
            s.GetRequiredService<IOptions<MaaSServingOptions>>(), s.GetRequiredService<ModelLifecycle>(),
            s.GetRequiredService<TimeProvider>()));
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IHostedService, ModelLifecycle>(s => s.GetRequiredService<ModelLifecycle>()),
            ServiceDescriptor.Singleton<IHostedService, ModelWatcher>(),
        ]);
        return services;
    }
}
