using Grpc.Core;
using MaaS.Serving.Grpc.Schema;
using MaaS.Serving.Models;
using MaaS.Serving.Security;
using LogValue = MaaS.Serving.Grpc.Schema.LogSettingsResponse.Types.SettingValue;
using TraceValue = MaaS.Serving.Grpc.Schema.TraceSettingResponse.Types.SettingValue;

namespace MaaS.Serving.Grpc;

/// <summary>Triton's trace and log settings, which its clients ask for; changes are refused, as over REST.</summary>
internal static class GrpcSettings
{
    /// <param name="methods">The service's methods.</param>
    /// <param name="status">Throws for a model that is not there, or kept from the caller.</param>
    public static void AddMethods<TService>(
        GrpcMethods<TService> methods, Func<TService, string, GrpcCall, IReadOnlyList<ModelVersionStatus>> status)
        where TService : class, IGrpcService<TService>
    {
        methods.Unary<TraceSettingRequest, TraceSettingResponse>(
            ServingScope.Read, "TraceSetting", (service, request, call) =>
        {
            if (request.ModelName.Length > 0)
            {
                status(service, request.ModelName, call);
            }

            ThrowIfChange(request.Settings.Count);
            return Trace();
        });
        methods.Unary<LogSettingsRequest, LogSettingsResponse>(
            ServingScope.Read, "LogSettings", static (_, request, _) =>
        {
            ThrowIfChange(request.Settings.Count);
            return Log();
        });
    }

    private static void ThrowIfChange(int count)
    {
        if (count > 0)
        {
            throw new RpcException(new Status(
                StatusCode.Unimplemented,
                "expected no settings: traces (Telemetry:Otlp) and logs (Logging) are settings of the host"));
        }
    }

    private static TraceSettingResponse Trace() => new()
    {
        Settings =
        {
            ["trace_level"] = new TraceValue { Value = { "OFF" } },
            ["trace_rate"] = new TraceValue { Value = { "0" } },
            ["trace_count"] = new TraceValue { Value = { "-1" } },
            ["log_frequency"] = new TraceValue { Value = { "0" } },
            ["trace_file"] = new TraceValue { Value = { "" } },
            ["trace_mode"] = new TraceValue { Value = { "opentelemetry" } },
        },
    };

    private static LogSettingsResponse Log() => new()
    {
        Settings =
        {
            ["log_file"] = new LogValue { StringParam = "" },
            ["log_info"] = new LogValue { BoolParam = true },
            ["log_warning"] = new LogValue { BoolParam = true },
            ["log_error"] = new LogValue { BoolParam = true },
            ["log_verbose_level"] = new LogValue { Uint32Param = 0 },
            ["log_format"] = new LogValue { StringParam = "default" },
        },
    };
}
