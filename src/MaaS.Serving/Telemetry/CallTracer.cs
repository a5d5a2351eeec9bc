using System.Diagnostics;
using MaaS.Onnx.Inference;
using MaaS.Serving.Execution;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Telemetry;

/// <summary>Traces every run where somebody listens.</summary>
internal sealed class CallTracer(IInferenceExecutor next) : IInferenceExecutor
{
    /// <summary>The source of traces.</summary>
    public static ActivitySource Source { get; } = new(ServingMetrics.MeterName);

    public static ExecutorLayer Layer { get; } = new(
        ExecutorOrder.Statistics, static (_, next) => new CallTracer(next));

    public ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
        => Source.StartActivity("inference", ActivityKind.Internal) is { } activity
            ? TraceAsync(activity, request, cancellationToken) : next.RunAsync(request, cancellationToken);

    private async ValueTask<InferenceOutputs> TraceAsync(
        Activity activity, InferenceRequest request, CancellationToken cancellationToken)
    {
        using (activity)
        {
            try
            {
                return await next.RunAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                activity.SetStatus(ActivityStatusCode.Error, Failure.Of(e).Message);
                throw;
            }
            finally
            {
                if (activity.IsAllDataRequested)
                {
                    Describe(activity, request);
                }
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
