using MaaS.Onnx.Inference;
using MaaS.Serving.Execution.Batching;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Execution;

/// <summary>
/// Runs the requests of one model. Short runs are done at once on the thread that brought the request: handing it over
/// would take longer. Longer ones go through the scheduler, which batches them.
/// </summary>
internal sealed class ModelRunner : IModelRunner
{
    // Two hand-overs between threads and the copies of a batch cost 20 to 40 µs.
    private static readonly TimeSpan Short = TimeSpan.FromMicroseconds(250);

    private readonly InferenceModel _model;
    private readonly TimeProvider _time;
    private readonly BoundRuns _bound;
    private readonly BatchScheduler _scheduler;
    private readonly bool _isBatchable;
    private double _ticksPerByte; // Of input, for the last runs.

    public ModelRunner(InferenceModel model, BatchingOptions options, ComputeThreads threads, TimeProvider time)
    {
        _model = model;
        _time = time;
        _isBatchable = options.MaxBatchSize > 1;
        _bound = new BoundRuns(model);
        _scheduler = new BatchScheduler(model, options, threads, time);
    }

    public int? Instances
    {
        get => _scheduler.Concurrency;
        set => _scheduler.Concurrency = value ?? _scheduler.Concurrency;
    }

    public ValueTask<InferenceOutputs> RunAsync(InferenceRequest request, CancellationToken cancellationToken)
    {
        var inputs = request.Inputs.Span;
        _model.ThrowIfUnfit(inputs, request.Outputs);
        cancellationToken.ThrowIfCancellationRequested();
        var start = _time.GetTimestamp();
        if (start > request.Context.Deadline)
        {
            throw new DeadlineExceededException();
        }

        var bytes = Bytes(inputs);
        var ticksPerByte = Volatile.Read(ref _ticksPerByte);

        // Nothing stops a run on this thread: one of unknown length is scheduled, so that its deadline holds.
        if (ticksPerByte == 0 || TimeSpan.FromTicks((long)(ticksPerByte * bytes)) > Short)
        {
            return new ValueTask<InferenceOutputs>(ScheduleAsync(request, bytes, cancellationToken));
        }

        var outputs = (request.Outputs is null ? _bound.TryRun(inputs) : null)
            ?? _model.Run(inputs, request.Outputs, CancellationToken.None);
        request.Timings.Compute = _time.GetElapsedTime(start);
        request.Timings.BatchSize = request.Rows;
        Observe(request.Timings.Compute, bytes);
        return ValueTask.FromResult(outputs);
    }

    public void Dispose()
    {
        _scheduler.Dispose();
        _bound.Dispose();
    }

    private async Task<InferenceOutputs> ScheduleAsync(
        InferenceRequest request, long bytes, CancellationToken cancellationToken)
    {
        var rows = request.Rows;
        var shape = _isBatchable && HasRows(request.Inputs.Span, rows) ? new ShapeKey(request.Inputs.Span) : null;
        var outputs = await _scheduler.RunAsync(request, rows, shape, cancellationToken).ConfigureAwait(false);
        Observe(request.Timings.Compute, bytes * request.Timings.BatchSize / rows);
        return outputs;
    }

    /// <summary>Whether all inputs have as many rows, at least one.</summary>
    private static bool HasRows(ReadOnlySpan<TensorValue> inputs, int rows)
    {
        foreach (var input in inputs)
        {
            if (input.Shape is not [var own, ..] || own != rows)
            {
                return false;
            }
        }

        return true;
    }

    private static long Bytes(ReadOnlySpan<TensorValue> inputs)
    {
        long bytes = 1;
        foreach (var input in inputs)
        {
            bytes += input.Count * Math.Max(1, input.Type.Size());
        }

        return bytes;
    }

    private void Observe(TimeSpan compute, long bytes)
    {
        var before = Volatile.Read(ref _ticksPerByte);
        var now = (double)compute.Ticks / bytes;
        Volatile.Write(ref _ticksPerByte, before == 0 ? now : before + (now - before) / 16);
    }
}
