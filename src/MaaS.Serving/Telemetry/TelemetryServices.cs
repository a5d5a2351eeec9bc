using MaaS.Serving.Execution;
using MaaS.Serving.Protocols;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace MaaS.Serving.Telemetry;

/// <summary>Registers what lets people see into the server.</summary>
internal static class TelemetryServices
{
    public static IServiceCollection AddTelemetry(this IServiceCollection services)
    {
        services.AddMetrics();
        services.TryAddSingleton<MetricStore>();
        services.TryAddSingleton<ServingMetrics>();
        services.TryAddSingleton<PayloadSampler>();
        services.TryAddSingleton<RequestLog>();
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IHostedService, PayloadSampler>(s => s.GetRequiredService<PayloadSampler>()),
            ServiceDescriptor.Singleton<IHostedService, OtlpExport>(),
            ServiceDescriptor.Singleton<IProtocol, MetricsProtocol>(),
        ]);
        foreach (var layer in new[] { TelemetryExecutor.Layer, PayloadSampler.Layer })
        {
            if (!services.Any(d => ReferenceEquals(d.ImplementationInstance, layer)))
            {
                services.AddSingleton(layer);
            }
        }

        return services;
    }
}
