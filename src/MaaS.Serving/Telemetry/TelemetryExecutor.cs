using System.Diagnostics;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Serving.Telemetry;

/// <summary>Measures every run, and traces it where somebody listens.</summary>
internal sealed class TelemetryExecutor(IInferenceExecutor next, ServingMetrics metrics, RecentErrors errors, TimeProvider time) : IInferenceExecutor
{
    /// <summary>The source of traces.</summary>
    public static ActivitySource Source { get; } = new(ServingMetrics.MeterName);

    public static ExecutorLayer Layer { get; } = new(
        ExecutorOrder.Statistics,
        static (services, next) => new TelemetryExecutor(
            next, services.GetRequiredService<ServingMetrics>(), services.GetRequiredService<RecentErrors>(), services.GetRequiredService<TimeProvider>()));

    public async ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
    {
        using var activity = Source.StartActivity("inference", ActivityKind.Internal);
        var start = time.GetTimestamp();
        metrics.Begin(request.Model);
        string? error = null;
        try
        {
            return await next.RunAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            error = FailureKind.Of(e);
            errors.Add(e, request.Model.Name, request.Model.Version);
            activity?.SetStatus(ActivityStatusCode.Error, Failure.Of(e).Message);
            throw;
        }
        finally
        {
            metrics.End(request.Model, time.GetElapsedTime(start), request.Timings, error);
            if (activity is { IsAllDataRequested: true })
            {
                Describe(activity, request);
            }
        }
    }

    private static void Describe(Activity activity, InferenceRequest request)
    {
        activity.DisplayName = $"inference {request.Model.Name}";
        activity.SetTag("maas.model", request.Model.Name);
        activity.SetTag("maas.version", request.Model.Version);
        activity.SetTag("maas.request_id", request.Context.RequestId);
        activity.SetTag("maas.batch_size", request.Timings.BatchSize);
        activity.SetTag("maas.queue_ms", request.Timings.Queue.TotalMilliseconds);
        activity.SetTag("maas.compute_ms", request.Timings.Compute.TotalMilliseconds);
        activity.SetTag("maas.cache_hit", request.Timings.IsCacheHit);
    }
}
