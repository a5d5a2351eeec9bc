using MaaS.Onnx.Inference;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Serving.Execution;

/// <summary>
/// The one layer that measures a call: metrics, statistics, traces and the list of errors hear of it from here.
/// </summary>
internal sealed class MeasuringExecutor(
    IInferenceExecutor next, ICallObserver[] observers, TimeProvider time) : IInferenceExecutor
{
    public static ExecutorLayer Layer { get; } = new(
        ExecutorOrder.Statistics,
        static (services, next) => new MeasuringExecutor(
            next, [.. services.GetServices<ICallObserver>()], services.GetRequiredService<TimeProvider>()));

    public async ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        foreach (var observer in observers)
        {
            observer.Begin(request);
        }

        Exception? cause = null;
        try
        {
            return await next.RunAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            cause = e;
            throw;
        }
        finally
        {
            var duration = time.GetElapsedTime(start);
            foreach (var observer in observers)
            {
                observer.End(request, duration, cause);
            }
        }
    }
}
