using System.Diagnostics.CodeAnalysis;
using MaaS.Onnx.Inference;

namespace MaaS.Serving.Execution.Batching;

/// <summary>Requests that share one run.</summary>
/// <remarks>
/// Inputs are joined along the first axis and outputs cut apart again. Where the run fails, each request is run by
/// itself, so that only those fail which cannot be computed.
/// </remarks>
[SuppressMessage(
    "Design", "CA1001", Justification =
        "The source holds no timer and no handle, and a client that goes just as its run ends still cancels it.")]
internal sealed class Batch(InferenceModel model, IReadOnlyList<PendingRequest> requests, TimeProvider time)
{
    private readonly CancellationTokenSource _nobodyWaits = new();
    private readonly List<PendingRequest> _joined = new(requests.Count);
    private int _waiting = 1; // One while requests join.

    /// <summary>
    /// Whether the run reads the inputs where the caller has them, so that the caller must wait for its end.
    /// </summary>
    public bool ReadsInPlace { get; } = requests.Count == 1;

    public IReadOnlyList<PendingRequest> Requests => requests;

    /// <summary>One request of those that joined is abandoned.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _waiting) == 0)
        {
            _nobodyWaits.Cancel();
        }
    }

    /// <summary>Runs the batch and ends every request in it. Throws nothing.</summary>
    public void Run()
    {
        var start = time.GetTimestamp();
        try
        {
            if (ReadsInPlace)
            {
                Join(requests[0], copy: null);
                Leave();
                _joined.ForEach(r => RunAlone(r, r.Request.Inputs.Span, start));
                return;
            }

            RunTogether(start);
        }
        catch (Exception e)
        {
            // Out of memory for the joined inputs, a disposed model: whatever it is, each request must end.
            foreach (var request in requests)
            {
                request.Fail(e);
            }
        }
    }

    private void RunTogether(long start)
    {
        using var inputs = new JoinedInputs(requests);
        foreach (var request in requests)
        {
            Join(request, inputs.Append);
        }

        Leave();
        if (_joined.Count == 0)
        {
            return;
        }

        var tensors = inputs.Tensors();
        InferenceOutputs outputs;
        try
        {
            outputs = model.Run(tensors, null, _nobodyWaits.Token);
            JoinedOutputs.ThrowIfNotRows(outputs, inputs.Rows, model.Name);
        }
        catch (InferenceException) when (_joined.Count > 1)
        {
            RunOneByOne(inputs, start);
            return;
        }
        catch (Exception e)
        {
            _joined.ForEach(r => r.Fail(e));
            return;
        }

        var compute = time.GetElapsedTime(start);
        var parts = JoinedOutputs.Split(outputs, _joined);
        for (var i = 0; i < parts.Length; i++)
        {
            End(_joined[i], parts[i], start, compute, inputs.Rows);
        }
    }

    private void RunOneByOne(JoinedInputs inputs, long start)
    {
        var row = 0;
        foreach (var request in _joined)
        {
            RunAlone(request, inputs.Tensors(row, request.Rows), start);
            row += request.Rows;
        }
    }

    private void RunAlone(PendingRequest request, ReadOnlySpan<TensorValue> inputs, long batchStart)
    {
        if (request.IsAbandoned && !ReadsInPlace)
        {
            return;
        }

        var start = time.GetTimestamp();
        try
        {
            var outputs = model.Run(inputs, request.Request.Outputs, _nobodyWaits.Token);
            End(request, outputs, batchStart, time.GetElapsedTime(start), request.Rows);
        }
        catch (Exception e)
        {
            request.Fail(e);
        }
    }

    private void End(PendingRequest request, InferenceOutputs outputs, long start, TimeSpan compute, int rows)
    {
        var timings = request.Request.Timings;
        (timings.Queue, timings.Compute, timings.BatchSize) = (
            time.GetElapsedTime(request.Arrival, start), compute, rows);
        request.Complete(outputs);
    }

    private void Join(PendingRequest request, Action<PendingRequest>? copy)
    {
        Interlocked.Increment(ref _waiting);
        if (request.TryJoin(this, copy))
        {
            _joined.Add(request);
        }
        else
        {
            Leave();
        }
    }
}
