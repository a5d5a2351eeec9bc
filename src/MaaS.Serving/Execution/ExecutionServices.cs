using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MaaS.Serving.Execution;

/// <summary>Registers the path from tensors to tensors.</summary>
internal static class ExecutionServices
{
    public static IServiceCollection AddExecution(this IServiceCollection services)
    {
        services.TryAddSingleton<ModelRunnerFactory>();
        services.TryAddSingleton<IInferenceExecutor>(s => ExecutorLayer.Chain(s, s.GetServices<ExecutorLayer>()));
        services.AddLayer(MeasuringExecutor.Layer);
        return services;
    }

    /// <summary>Puts a layer around every run, once.</summary>
    public static IServiceCollection AddLayer(this IServiceCollection services, ExecutorLayer layer)
    {
        if (!services.Any(d => ReferenceEquals(d.ImplementationInstance, layer)))
        {
            services.AddSingleton(layer);
        }

        return services;
    }
}
