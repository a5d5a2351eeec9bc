namespace MaaS.Serving.Execution.Batching;

/// <summary>All requests that wait for one model, by shape. Not safe for several threads.</summary>
internal sealed class RequestQueue
{
    private readonly Dictionary<ShapeKey, FairQueue> _ofShape = [];
    private readonly FairQueue _alone = new();

    /// <summary>Requests that wait.</summary>
    public int Count { get; private set; }

    /// <param name="request">Is appended.</param>
    /// <param name="shape">What it has in common with others; null for a request that cannot share a run.</param>
    public void Enqueue(PendingRequest request, ShapeKey? shape)
    {
        if (shape is null)
        {
            _alone.Enqueue(request);
        }
        else
        {
            if (!_ofShape.TryGetValue(shape, out var queue))
            {
                _ofShape[shape] = queue = new FairQueue();
            }

            queue.Enqueue(request);
        }

        Count++;
    }

    /// <summary>
    /// Takes the next batch: the most urgent request, of equally urgent ones the oldest, and as many of its shape as
    /// fit.
    /// </summary>
    /// <param name="options">Sizes.</param>
    /// <param name="isDue">
    /// Whether a batch that could still grow is to run, given the arrival of its first request.
    /// </param>
    /// <returns>The batch; empty when nothing waits or it is not due.</returns>
    public List<PendingRequest> Dequeue(BatchingOptions options, Func<long, bool> isDue)
    {
        List<PendingRequest> batch = [];
        if (Next() is not { } next)
        {
            return batch;
        }

        var (queue, key) = next;
        var enough = options.PreferredSizes.Count > 0 ? options.PreferredSizes[0] : options.MaxBatchSize;
        if (key is not null && queue.Rows < enough && !isDue(queue.Peek()!.Arrival))
        {
            return batch;
        }

        var limit = Limit(queue.Rows, options);
        long rows = 0;
        while (queue.Peek() is { } request && (batch.Count == 0 || key is not null && rows + request.Rows <= limit))
        {
            batch.Add(queue.Dequeue());
            rows += request.Rows;
            Count--;
        }

        if (key is not null && queue.Count == 0)
        {
            _ofShape.Remove(key);
        }

        return batch;
    }

    /// <summary>Removes the requests for which a condition holds.</summary>
    public void RemoveAll(Predicate<PendingRequest> condition)
    {
        Count = 0;
        foreach (var (key, queue) in _ofShape)
        {
            queue.RemoveAll(condition);
            Count += queue.Count;
            if (queue.Count == 0)
            {
                _ofShape.Remove(key);
            }
        }

        _alone.RemoveAll(condition);
        Count += _alone.Count;
    }

    /// <summary>Rows of a batch: the most, or the largest preferred size that is full.</summary>
    private static int Limit(long waiting, BatchingOptions options)
    {
        if (waiting >= options.MaxBatchSize)
        {
            return options.MaxBatchSize;
        }

        var limit = options.MaxBatchSize;
        foreach (var size in options.PreferredSizes)
        {
            limit = size <= waiting ? size : limit;
        }

        return limit;
    }

    private (FairQueue Queue, ShapeKey? Key)? Next()
    {
        (FairQueue Queue, ShapeKey? Key)? best = _alone.Count > 0 ? (_alone, null) : null;
        var first = _alone.Peek();
        foreach (var (key, queue) in _ofShape)
        {
            var head = queue.Peek()!;
            if (first is null
                || (head.Request.Context.Priority, head.Arrival).CompareTo(
                    (first.Request.Context.Priority, first.Arrival)) < 0)
            {
                (best, first) = ((queue, key), head);
            }
        }

        return best;
    }
}
