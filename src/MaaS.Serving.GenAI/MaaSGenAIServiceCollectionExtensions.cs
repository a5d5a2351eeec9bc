using MaaS.Serving.GenAI;
using MaaS.Serving.Models;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds folders of ONNX Runtime GenAI to what a model server loads.</summary>
public static class MaaSGenAIServiceCollectionExtensions
{
    /// <summary>Loads folders with <c>genai_config.json</c>, as GenAI's model builder makes them, as language
    /// models.</summary>
    /// <param name="services">The application's services, beside <c>AddMaaS</c>.</param>
    public static IServiceCollection AddMaaSGenAI(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IFolderLoader, GenAIFolderLoader>());
        return services;
    }
}
