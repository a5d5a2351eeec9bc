using MaaS.Serving.Audit;
using MaaS.Serving.Catalogue;
using MaaS.Serving.Drift;
using MaaS.Serving.Endpoints;
using MaaS.Serving.Ensembles;
using MaaS.Serving.Execution;
using MaaS.Serving.Explanations;
using MaaS.Serving.Generation;
using MaaS.Serving.Health;
using MaaS.Serving.Models;
using MaaS.Serving.OpenAi;
using MaaS.Serving.OpenApi;
using MaaS.Serving.Page;
using MaaS.Serving.Protocols;
using MaaS.Serving.Quiet;
using MaaS.Serving.Registry;
using MaaS.Serving.Routing;
using MaaS.Serving.Security;
using MaaS.Serving.Telemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Hosting;

/// <summary>Puts the features together: the one place that knows all of them.</summary>
internal static class ServingServices
{
    public static IServiceCollection AddServing(this IServiceCollection services, Action<MaaSServingOptions> configure)
    {
        services.AddOptionsWithValidateOnStart<MaaSServingOptions>()
            .Configure<IConfiguration>(
                static (options, all)
                    => options.ConfigurationFaults = ConfigurationCheck.Bind(all.GetSection("MaaS"), options))
            .Configure(configure);
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<MaaSServingOptions>, MaaSServingOptionsValidator>());
        services.AddOptions<HostOptions>().PostConfigure<IOptions<MaaSServingOptions>>(ServingShutdown.Fit);
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddRegistry().AddModels().AddEnsembles().AddExecution().AddQuiet()
            .AddAudit().AddSecurity().AddEndpoints()
            .AddTelemetry().AddDrift().AddExplanations().AddRoutes()
            .AddHealth().AddProtocols().AddGeneration().AddOpenAi().AddDescription().AddPage()
            .AddCatalogue();
    }
}
