using MaaS.Serving.Execution;
using MaaS.Serving.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MaaS.Serving.Ensembles;

/// <summary>Registers what loads models that are made of other models.</summary>
internal static class EnsembleServices
{
    public static IServiceCollection AddEnsembles(this IServiceCollection services)
    {
        services.TryAddSingleton<IEnsembleLoader>(s => new EnsembleLoader(
            s.GetRequiredService<ModelRepository>, s.GetRequiredService<IInferenceExecutor>,
            s.GetRequiredService<TimeProvider>()));
        return services;
    }
}
