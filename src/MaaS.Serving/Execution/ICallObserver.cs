namespace MaaS.Serving.Execution;

/// <summary>Is told of every call: <see cref="MeasuringExecutor"/> measures it once for all observers.</summary>
internal interface ICallObserver
{
    /// <summary>A call begins.</summary>
    void Begin(InferenceRequest request);

    /// <summary>A call has ended.</summary>
    /// <param name="request">The call; its timings are set where it was answered.</param>
    /// <param name="duration">From the request's tensors to its outputs, waiting included.</param>
    /// <param name="exception">Why there is no answer; null where there is one.</param>
    void End(InferenceRequest request, TimeSpan duration, Exception? exception);
}
