namespace MaaS.Serving.Execution.Batching;

/// <summary>
/// Requests of one shape: the most urgent first, clients of equal urgency in turn, each client's own in order.
/// </summary>
internal sealed class FairQueue
{
    private readonly Level?[] _levels = new Level?[RequestContext.LowestPriority + 1];

    /// <summary>Requests that wait.</summary>
    public int Count { get; private set; }

    /// <summary>Rows that wait.</summary>
    public long Rows { get; private set; }

    public void Enqueue(PendingRequest request)
    {
        (_levels[request.Request.Context.Priority] ??= new Level()).Enqueue(request);
        Count++;
        Rows += request.Rows;
    }

    /// <summary>The request whose turn it is; null when none waits.</summary>
    public PendingRequest? Peek()
    {
        foreach (var level in _levels)
        {
            if (level?.Peek() is { } request)
            {
                return request;
            }
        }

        return null;
    }

    /// <summary>Takes the request whose turn it is.</summary>
    public PendingRequest Dequeue()
    {
        foreach (var level in _levels)
        {
            if (level?.Peek() is not null)
            {
                var request = level.Dequeue();
                Count--;
                Rows -= request.Rows;
                return request;
            }
        }

        throw new InvalidOperationException("expected a request that waits, there is none");
    }

    /// <summary>Removes the requests for which a condition holds.</summary>
    public void RemoveAll(Predicate<PendingRequest> condition)
    {
        foreach (var level in _levels)
        {
            level?.RemoveAll(request =>
            {
                var remove = condition(request);
                Count -= remove ? 1 : 0;
                Rows -= remove ? request.Rows : 0;
                return remove;
            });
        }
    }

    /// <summary>Requests of one urgency.</summary>
    private sealed class Level
    {
        private readonly Dictionary<string, LinkedList<PendingRequest>> _ofClient = new(StringComparer.Ordinal);
        private readonly Queue<string> _turns = []; // Each client with requests stands here once.

        public void Enqueue(PendingRequest request)
        {
            var client = request.Request.Context.ClientKey;
            if (!_ofClient.TryGetValue(client, out var own))
            {
                _ofClient[client] = own = [];
                _turns.Enqueue(client);
            }

            own.AddLast(request);
        }

        public PendingRequest? Peek() => _turns.TryPeek(out var client) ? _ofClient[client].First!.Value : null;

        public PendingRequest Dequeue()
        {
            var client = _turns.Dequeue();
            var own = _ofClient[client];
            var request = own.First!.Value;
            own.RemoveFirst();
            if (own.Count > 0)
            {
                _turns.Enqueue(client);
            }
            else
            {
                _ofClient.Remove(client);
            }

            return request;
        }

        public void RemoveAll(Predicate<PendingRequest> condition)
        {
            for (var left = _turns.Count; left > 0; left--)
            {
                var client = _turns.Dequeue();
                var own = _ofClient[client];
                for (var node = own.First; node is not null;)
                {
                    var next = node.Next;
                    if (condition(node.Value))
                    {
                        own.Remove(node);
                    }

                    node = next;
                }

                if (own.Count > 0)
                {
                    _turns.Enqueue(client);
                }
                else
                {
                    _ofClient.Remove(client);
                }
            }
        }
    }
}
