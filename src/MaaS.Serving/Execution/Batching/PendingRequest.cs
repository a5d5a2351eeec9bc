using MaaS.Onnx.Inference;


namespace MaaS.Serving.Execution.Batching;

/// <summary>
/// A request that waits for its run or is in one. It ends once, whoever ends it: run, deadline, client or shutdown.
/// </summary>
internal sealed class PendingRequest
{
    private readonly TaskCompletionSource<InferenceOutputs> _answer = new(
        TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private CancellationTokenRegistration _registration;
    private Batch? _batch;
    private Exception? _abandoned;

    public PendingRequest(InferenceRequest request, int rows, long arrival)
    {
        Request = request;
        Rows = rows;
        Arrival = arrival;
    }

    public InferenceRequest Request { get; }

    /// <summary>Size of the first axis.</summary>
    public int Rows { get; }

    /// <summary>Timestamp.</summary>
    public long Arrival { get; }

    /// <summary>The answer, once there is one.</summary>
    public Task<InferenceOutputs> Answer => _answer.Task;

    /// <summary>Whether nobody waits for the answer any more.</summary>
    public bool IsAbandoned => Volatile.Read(ref _abandoned) is not null;

    /// <summary>Ends the request when a client goes.</summary>
    public void AbandonOn(Action<PendingRequest> gone, CancellationToken cancellationToken)
        => _registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (self, gone) = ((PendingRequest, Action<PendingRequest>))state!;
                self.Abandon(new OperationCanceledException(token));
                gone(self);
            },
            (this, gone));

    /// <summary>Makes the request part of a batch; false when it has ended.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="copy">
    /// Copies the inputs; the request does not end meanwhile. Null where the batch reads them in place.
    /// </param>
    public bool TryJoin(Batch batch, Action<PendingRequest>? copy)
    {
        lock (_lock)
        {
            if (_abandoned is not null)
            {
                return false;
            }

            copy?.Invoke(this);
            _batch = batch;
            return true;
        }
    }

    /// <summary>
    /// Nobody waits any more. The request ends at once, except while a run reads its inputs in place: then when that
    /// has stopped. A run for which nobody waits is stopped.
    /// </summary>
    public void Abandon(Exception reason)
    {
        Batch? batch;
        lock (_lock)
        {
            if (_abandoned is not null || _answer.Task.IsCompleted)
            {
                return;
            }

            _abandoned = reason;
            batch = _batch;
            if (batch is not { ReadsInPlace: true })
            {
                _answer.TrySetException(reason);
            }
        }

        batch?.Leave();
    }

    /// <summary>Ends the request with its outputs, which are disposed where nobody waits for them.</summary>
    public void Complete(InferenceOutputs outputs)
    {
        _registration.Unregister();
        lock (_lock)
        {
            if (_abandoned is null)
            {
                _answer.SetResult(outputs);
                return;
            }

            _answer.TrySetException(_abandoned);
        }

        outputs.Dispose();
    }

    /// <summary>Ends the request with an error.</summary>
    public void Fail(Exception exception)
    {
        _registration.Unregister();
        lock (_lock)
        {
            _answer.TrySetException(_abandoned ?? exception);
        }
    }
}
