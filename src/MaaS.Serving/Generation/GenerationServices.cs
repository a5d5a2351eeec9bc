using MaaS.Serving.Endpoints;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MaaS.Serving.Generation;

/// <summary>Registers what continues texts.</summary>
internal static class GenerationServices
{
    public static IServiceCollection AddGeneration(this IServiceCollection services)
    {
        services.TryAddSingleton<GenerationMetrics>();
        services.TryAddSingleton<TokenAccounts>();
        services.AddEndpoints<GenerateEndpoints>();
        return services;
    }
}
