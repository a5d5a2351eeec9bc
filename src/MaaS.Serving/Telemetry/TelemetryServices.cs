using MaaS.Serving.Endpoints;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
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
        services.TryAddEnumerable(
        [
            ServiceDescriptor.Singleton<IHostedService, PayloadSampler>(s => s.GetRequiredService<PayloadSampler>()),
            ServiceDescriptor.Singleton<IHostedService, OtlpExport>(),
            ServiceDescriptor.Singleton<ICallObserver, ServingMetrics>(s => s.GetRequiredService<ServingMetrics>()),
            ServiceDescriptor.Singleton<ICallObserver, ErrorObserver>(),
        ]);
        services.AddLayer(CallTracer.Layer).AddLayer(PayloadSampler.Layer);
        return services.AddEndpoints<MetricsEndpoints>();
    }
}
