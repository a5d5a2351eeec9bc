using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MaaS.Serving.Telemetry;

/// <summary>Sends traces and metrics to a collector while the server runs, where one is configured.</summary>
internal sealed class OtlpExport(IOptions<MaaSServingOptions> options) : IHostedService, IDisposable
{
    private readonly TelemetryOptions _options = options.Value.Telemetry;
    private TracerProvider? _tracer;
    private MeterProvider? _meter;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (_options.OtlpEndpoint is { } endpoint)
        {
            var resource = ResourceBuilder.CreateDefault().AddService(
                "maas", serviceVersion: typeof(OtlpExport).Assembly.GetName().Version!.ToString(3));
            _tracer = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource)
                .AddSource(ServingMetrics.MeterName, "Microsoft.AspNetCore")
                .AddOtlpExporter(o => Configure(o, endpoint, "v1/traces")).Build();
            _meter = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource)
                .AddMeter([.. _options.Meters])
                .AddOtlpExporter(o => Configure(o, endpoint, "v1/metrics")).Build();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _tracer?.ForceFlush(2000);
        _meter?.ForceFlush(2000);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        _tracer?.Dispose();
        _meter?.Dispose();
    }

    private void Configure(OtlpExporterOptions exporter, string endpoint, string path)
    {
        var isHttp = _options.OtlpProtocol == "http/protobuf";
        exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = isHttp ? new Uri($"{endpoint.TrimEnd('/')}/{path}") : new Uri(endpoint);
    }
}
