using MaaS.Serving.Endpoints;
using MaaS.Serving.Faults;
using MaaS.Serving.Http;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MaaS.Serving.Protocols.OpenInference;

/// <summary>
/// Triton's trace and log settings, which its clients ask for: they say how the server is set. Changes are refused, as
/// traces and logs are settings of the host.
/// </summary>
internal sealed class SettingsEndpoints(ServingEndpoint endpoint) : IEndpoints
{
    public void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var (address, write) in new (string, RequestDelegate)[]
        {
            ("/v2/trace/setting", endpoint.Handle(TraceAsync)),
            ("/v2/models/{name}/trace/setting", endpoint.Handle(TraceAsync)),
            ("/v2/logging", endpoint.Handle(LoggingAsync)),
        })
        {
            endpoints.MapGet(address, write).WithScope(ServingScope.Read);
            endpoints.MapPost(address, endpoint.Handle(static _ => throw new RequestException(
                FaultKind.NotSupported,
                "expected GET: traces (Telemetry:Otlp) and logs (Logging) are settings of the host")))
                .WithScope(ServingScope.Admin);
        }
    }

    private static Task TraceAsync(HttpContext context) => JsonAnswer.WriteAsync(context, static writer =>
    {
        writer.WriteStartArray("trace_level"u8);
        writer.WriteStringValue("OFF"u8);
        writer.WriteEndArray();
        writer.WriteString("trace_rate"u8, "0"u8);
        writer.WriteString("trace_count"u8, "-1"u8);
        writer.WriteString("log_frequency"u8, "0"u8);
        writer.WriteString("trace_file"u8, ""u8);
        writer.WriteString("trace_mode"u8, "opentelemetry"u8);
    });

    private static Task LoggingAsync(HttpContext context) => JsonAnswer.WriteAsync(context, static writer =>
    {
        writer.WriteString("log_file"u8, ""u8);
        writer.WriteBoolean("log_info"u8, true);
        writer.WriteBoolean("log_warning"u8, true);
        writer.WriteBoolean("log_error"u8, true);
        writer.WriteNumber("log_verbose_level"u8, 0);
        writer.WriteString("log_format"u8, "default"u8);
    });
}
