using MaaS.Serving.Drift;
using MaaS.Serving.Explanations;
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
        services.TryAddSingleton<RecentErrors>();
        services.TryAddSingleton<PayloadSampler>();
        services.TryAddSingleton<RequestLog>();
        services.TryAddSingleton<DriftMonitor>();
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IHostedService, PayloadSampler>(s => s.GetRequiredService<PayloadSampler>()),
            ServiceDescriptor.Singleton<IHostedService, OtlpExport>(),
            ServiceDescriptor.Singleton<IProtocol, MetricsProtocol>(),
            ServiceDescriptor.Singleton<IProtocol, DriftProtocol>(),
            ServiceDescriptor.Singleton<IProtocol, ExplainProtocol>(),
        ]);
        foreach (var layer in new[] { TelemetryExecutor.Layer, PayloadSampler.Layer, DriftMonitor.Layer })
        {
            if (!services.Any(d => ReferenceEquals(d.ImplementationInstance, layer)))
            {
                services.AddSingleton(layer);
            }
        }

        return services;
    }
}
