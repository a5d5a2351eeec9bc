using System.Diagnostics;
using System.Globalization;
using MaaS.Core.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Http;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Serving.Telemetry;

/// <summary>Measures every run, and traces it where somebody listens.</summary>
internal sealed class TelemetryExecutor(IInferenceExecutor next, ServingMetrics metrics, TimeProvider time) : IInferenceExecutor
{
    /// <summary>The source of traces.</summary>
    public static ActivitySource Source { get; } = new(ServingMetrics.MeterName);

    public static ExecutorLayer Layer { get; } = new(
        ExecutorOrder.Statistics,
        static (services, next) => new TelemetryExecutor(next, services.GetRequiredService<ServingMetrics>(), services.GetRequiredService<TimeProvider>()));

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
            error = Kind(e);
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

    /// <summary>Few kinds, so that a client cannot fill the memory of whoever counts.</summary>
    private static string Kind(Exception exception) => exception switch
    {
        QueueFullException => "queue_full",
        DeadlineExceededException => "deadline",
        OperationCanceledException => "cancelled",
        ModelInputException or InferenceException { IsInputRejected: true } => "input",
        InferenceException => "model",
        RequestException e => e.Status.ToString(CultureInfo.InvariantCulture),
        _ => "server",
    };

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
