using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;


namespace MaaS.Serving.Execution.Batching;

/// <summary>
/// Gathers the requests that come while runs are under way into the next run. When nothing runs, a request waits for
/// nobody; the busier the model, the larger its batches.
/// </summary>
internal sealed class BatchScheduler : IDisposable
{
    private readonly InferenceModel _model;
    private readonly BatchingOptions _options;
    private readonly ComputeThreads _threads;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly RequestQueue _queue = new();
    private readonly HashSet<Batch> _running = [];
    private readonly ITimer _deadlineTimer;
    private readonly ITimer _delayTimer;
    private long _nextDeadline = long.MaxValue;
    private TimeSpan _typicalRun;
    private bool _disposed;
    private volatile int _concurrency;

    public BatchScheduler(InferenceModel model, BatchingOptions options, ComputeThreads threads, TimeProvider time)
    {
        _model = model;
        _options = options;
        _concurrency = options.Concurrency;
        _threads = threads;
        _time = time;
        _deadlineTimer = time.CreateTimer(
            static s => ((BatchScheduler)s!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _delayTimer = time.CreateTimer(
            static s => ((BatchScheduler)s!).Pump(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Most runs at once, at least 1. What runs when it gets smaller is finished.</summary>
    public int Concurrency
    {
        get => _concurrency;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _concurrency = value;
            Pump();
        }
    }

    /// <summary>Appends a request.</summary>
    /// <param name="request">Fits the model.</param>
    /// <param name="rows">Size of its first axis.</param>
    /// <param name="shape">What it must have in common with those of its batch; null for a run of its own.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    /// <exception cref="QueueFullException">As many wait as may.</exception>
    public Task<InferenceOutputs> RunAsync(
        InferenceRequest request, int rows, ShapeKey? shape, CancellationToken cancellationToken)
    {
        var pending = new PendingRequest(request, rows, _time.GetTimestamp());
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_queue.Count >= _options.QueueLimit)
            {
                throw new QueueFullException(
                    $"model '{request.Model.Name}': expected at most {_options.QueueLimit} waiting requests, got one "
                        + "more; try later")
                {
                    RetryAfter = _typicalRun * ((double)_queue.Count / _options.MaxBatchSize / _concurrency),
                };
            }

            _queue.Enqueue(pending, shape);
            if (request.Context.Deadline is { } deadline && deadline < _nextDeadline)
            {
                _nextDeadline = deadline;
                Arm(_deadlineTimer, _time.GetElapsedTime(pending.Arrival, deadline));
            }
        }

        pending.AbandonOn(_ => Sweep(), cancellationToken);
        Pump();
        return pending.Answer;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _queue.RemoveAll(request =>
            {
                request.Fail(new ObjectDisposedException(_model.Name));
                return true;
            });
        }

        _deadlineTimer.Dispose();
        _delayTimer.Dispose();
    }

    /// <summary>Starts as many runs as may be under way.</summary>
    private void Pump()
    {
        lock (_lock)
        {
            while (!_disposed && _running.Count < _concurrency)
            {
                var requests = _queue.Dequeue(_options, IsDue);
                if (requests.Count == 0)
                {
                    return;
                }

                var batch = new Batch(_model, requests, _time);
                _running.Add(batch);
                _threads.Start(() => Run(batch));
            }
        }
    }

    private bool IsDue(long arrival)
    {
        var left = _options.MaxDelay - _time.GetElapsedTime(arrival);
        if (_running.Count == 0 || left <= TimeSpan.Zero)
        {
            return true;
        }

        Arm(_delayTimer, left);
        return false;
    }

    private void Run(Batch batch)
    {
        var start = _time.GetTimestamp();
        batch.Run();
        lock (_lock)
        {
            _running.Remove(batch);
            _typicalRun += (_time.GetElapsedTime(start) - _typicalRun) / 8;
        }

        Pump();
    }

    /// <summary>
    /// Ends the requests whose deadline has passed, waiting or running, and sleeps until the next one.
    /// </summary>
    private void Expire()
    {
        List<PendingRequest> late = [];
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            _nextDeadline = long.MaxValue;
            bool IsLate(PendingRequest request)
            {
                if (request.Request.Context.Deadline is not { } deadline || request.IsAbandoned)
                {
                    return false;
                }

                if (deadline <= now)
                {
                    late.Add(request);
                    return true;
                }

                _nextDeadline = Math.Min(_nextDeadline, deadline);
                return false;
            }

            _queue.RemoveAll(IsLate);
            foreach (var request in _running.SelectMany(b => b.Requests))
            {
                IsLate(request);
            }

            if (_nextDeadline < long.MaxValue)
            {
                Arm(_deadlineTimer, _time.GetElapsedTime(now, _nextDeadline));
            }
        }

        foreach (var request in late)
        {
            request.Abandon(new DeadlineExceededException());
        }
    }

    /// <summary>Removes the requests of clients that are gone.</summary>
    private void Sweep()
    {
        lock (_lock)
        {
            _queue.RemoveAll(static r => r.IsAbandoned);
        }
    }

    /// <summary>Timers round down to milliseconds: the next one is late enough.</summary>
    private static void Arm(ITimer timer, TimeSpan due)
        => timer.Change(
            TimeSpan.FromMilliseconds(Math.Ceiling(Math.Clamp(due.TotalMilliseconds, 0, int.MaxValue))),
            Timeout.InfiniteTimeSpan);
}
