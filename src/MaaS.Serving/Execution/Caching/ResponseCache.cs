using MaaS.Onnx.Inference;


namespace MaaS.Serving.Execution.Caching;

/// <summary>Answers by the hash of their requests, at most so many bytes of them. Safe for several threads.</summary>
internal sealed class ResponseCache(long maxBytes)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<RequestHash, LinkedListNode<(RequestHash Key, CachedAnswer Answer)>> _entries = [];
    private readonly LinkedList<(RequestHash Key, CachedAnswer Answer)> _byUse = []; // The last used first.

    /// <summary>Bytes that are kept.</summary>
    public long Bytes { get; private set; }

    public CachedAnswer? TryGet(RequestHash key)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var node))
            {
                return null;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            return node.Value.Answer;
        }
    }

    /// <summary>Keeps a copy of an answer; one that is larger than the cache is not kept.</summary>
    public void Add(RequestHash key, InferenceOutputs outputs)
    {
        if (CachedAnswer.Size(outputs) > maxBytes)
        {
            return;
        }

        var answer = new CachedAnswer(outputs);
        lock (_lock)
        {
            if (!_entries.TryAdd(key, new LinkedListNode<(RequestHash, CachedAnswer)>((key, answer))))
            {
                return; // Two equal requests at once.
            }

            _byUse.AddFirst(_entries[key]);
            Bytes += answer.Bytes;
            while (Bytes > maxBytes)
            {
                var oldest = _byUse.Last!.Value;
                _byUse.RemoveLast();
                _entries.Remove(oldest.Key);
                Bytes -= oldest.Answer.Bytes;
            }
        }
    }
}
