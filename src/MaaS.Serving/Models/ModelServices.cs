using MaaS.Serving.Ensembles;
using MaaS.Serving.Execution;
using MaaS.Serving.Protocols;
using MaaS.Serving.Quiet;
using MaaS.Serving.Routing;
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
        services.AddOptions<HostOptions>().PostConfigure<IOptions<MaaSServingOptions>>(ServingShutdown.Fit);
        services.TryAddSingleton(s => new EnsembleLoader(
            s.GetRequiredService<ModelRepository>, s.GetRequiredService<IInferenceExecutor>, s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<IModelLoader, ModelLoader>();
        services.TryAddSingleton<ModelLifecycle>();
        services.TryAddSingleton(s => new ModelRepository(
            s.GetRequiredService<IOptions<MaaSServingOptions>>(), s.GetRequiredService<ModelLifecycle>(), s.GetRequiredService<TimeProvider>()));
        services.TryAddSingleton<ShadowTraffic>();
        if (!services.Any(d => ReferenceEquals(d.ImplementationInstance, ShadowTraffic.Layer)))
        {
            services.AddSingleton(ShadowTraffic.Layer);
        }

        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IHostedService, ModelLifecycle>(s => s.GetRequiredService<ModelLifecycle>()),
            ServiceDescriptor.Singleton<IHostedService, ModelWatcher>(),
            ServiceDescriptor.Singleton<IHostedService, QuietMemory>(),
            ServiceDescriptor.Singleton<IHostedService, ShadowTraffic>(s => s.GetRequiredService<ShadowTraffic>()),
            ServiceDescriptor.Singleton<IProtocol, RouteProtocol>(),
        ]);
        return services;
    }
}
