using MaaS.Serving.Endpoints;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Serving.Explanations;

/// <summary>Registers what explains single predictions.</summary>
internal static class ExplanationServices
{
    public static IServiceCollection AddExplanations(this IServiceCollection services)
    {
        services.AddEndpoints<ExplainEndpoints>();
        return services;
    }
}
