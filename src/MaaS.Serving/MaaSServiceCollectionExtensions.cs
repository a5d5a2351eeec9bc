using MaaS.Serving;
using MaaS.Serving.Execution;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Protocols;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds model serving to an application.</summary>
public static class MaaSServiceCollectionExtensions
{
    /// <summary>Adds the models, the inference path and the protocols; <c>app.MapMaaS()</c> adds the endpoints.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">What is served; faults stop the application at its start.</param>
    public static IServiceCollection AddMaaS(this IServiceCollection services, Action<MaaSServingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptionsWithValidateOnStart<MaaSServingOptions>().Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MaaSServingOptions>, MaaSServingOptionsValidator>());
        services.TryAddSingleton<ModelRepository>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, ModelRepository>(s => s.GetRequiredService<ModelRepository>()));
        services.TryAddSingleton<IInferenceExecutor, DirectExecutor>();
        services.TryAddSingleton<ServingEndpoint>();
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IProtocol, HealthProtocol>(),
            ServiceDescriptor.Singleton<IProtocol, PredictProtocol>(),
            ServiceDescriptor.Singleton<IProtocol, TensorFlowProtocol>(),
            ServiceDescriptor.Singleton<IProtocol, OpenInferenceProtocol>(),
        ]);
        return services;
    }
}
