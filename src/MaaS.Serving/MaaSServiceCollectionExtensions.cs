using MaaS.Serving;
using MaaS.Serving.Execution;
using MaaS.Serving.Http;
using MaaS.Serving.Models;
using MaaS.Serving.Page;
using MaaS.Serving.Protocols;
using MaaS.Serving.Security;
using MaaS.Serving.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds model serving to an application.</summary>
public static class MaaSServiceCollectionExtensions
{
    /// <summary>Adds the models, the inference path and the protocols; <c>app.MapMaaS()</c> adds the endpoints.</summary>
    /// <param name="services">The application's services.</param>
    /// <param name="configure">What is served, over the section <c>MaaS</c> of the configuration; faults stop the application at its start.</param>
    public static IServiceCollection AddMaaS(this IServiceCollection services, Action<MaaSServingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddOptionsWithValidateOnStart<MaaSServingOptions>()
            .Configure<IConfiguration>(static (options, all) => options.ConfigurationFaults = ConfigurationCheck.Bind(all.GetSection("MaaS"), options))
            .Configure(configure);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<MaaSServingOptions>, MaaSServingOptionsValidator>());
        services.AddModels();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ModelRunnerFactory>();
        services.TryAddSingleton<IInferenceExecutor>(s => ExecutorLayer.Chain(s, s.GetServices<ExecutorLayer>()));
        services.TryAddSingleton<RequestContextFactory>();
        services.TryAddSingleton<ServingEndpoint>();
        return services.AddSecurity().AddTelemetry().AddProtocols().AddPage();
    }
}
