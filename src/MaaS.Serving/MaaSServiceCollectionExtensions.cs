using MaaS.Serving;
using MaaS.Serving.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds model serving to an application.</summary>
public static class MaaSServiceCollectionExtensions
{
    /// <summary>
    /// Adds the models, the inference path and the protocols; <c>app.MapMaaS()</c> adds the endpoints.
    /// </summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">
    /// What is served, over the section <c>MaaS</c> of the configuration; faults stop the application at its start.
    /// </param>
    public static IServiceCollection AddMaaS(this IServiceCollection services, Action<MaaSServingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddServing(configure);
    }
}
