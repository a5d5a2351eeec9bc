using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Batching;

/// <summary>Decides at every token which texts go through the model. For one thread, but for
/// <see cref="Status"/>.</summary>
internal sealed partial class GenerationSchedule : IDisposable
{
    private readonly DecoderGraph _graph;
    private readonly GenerationEngineOptions _options;
    private readonly BlockPool _pool;
    private readonly SequenceCache _cache;
    private readonly RowBatches _batch;
    private readonly RowBatch _prompt;
    private Drafter? _drafter;
    private readonly WaitingSequences _waiting = new();
    private Sequence? _prefilling;
    private float[] _converted = [];
    private long _preemptions;
    private long _cachedTokens;
    private long _draftedTokens;
    private long _acceptedTokens;

    public GenerationSchedule(
        DecoderGraph graph, long maxLength, GenerationEngineOptions options, Drafter? drafter = null)
    {
        (_graph, _options) = (graph, options);
        var headBytes = graph.HeadSize * graph.CacheType.Size();
        var layout = new CacheLayout(graph.Layers, graph.Heads, headBytes, options.BlockLength);
        var blocks = (int)Math.Min(options.CacheBytes / layout.BlockBytes, 1 << 24);
        if (blocks < 1)
        {
            throw new ArgumentException(
                $"{graph.Name}: expected {nameof(options.CacheBytes)} for at least one block of {options.BlockLength} "
                + $"tokens, {layout.BlockBytes:N0} bytes, got {options.CacheBytes:N0}.", nameof(options));
        }

        MaxLength = Math.Min(
            Math.Min(maxLength, (long)blocks * options.BlockLength),
            (int.MaxValue / layout.TensorBytes(1, 1)) - options.DraftLength - 1);
        _pool = new BlockPool(layout.BlockBytes, blocks);
        _cache = new SequenceCache(layout, _pool);
        RowBatch Create() => new(graph, layout, _cache);
        (_batch, _prompt) = (new RowBatches(Create, layout, options.SharesRuns), Create());
        _drafter = drafter;
        Status = new GenerationEngineStatus(0, 0, 0, 0, blocks, 0, 0, 0, 0);
    }

    /// <summary>Longest sequence: one that long fits the cache alone.</summary>
    public long MaxLength { get; }

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsIdle => _waiting.Count == 0 && _prefilling is null && _batch.Count == 0;

    /// <summary>What goes on; for any thread.</summary>
    public GenerationEngineStatus Status { get; private set; }

    /// <summary>Places of all rows in the batches, padding included.</summary>
    internal long PaddedPlaces => _batch.Batches.Sum(static b => (long)b.Count * b.Longest);

    /// <summary>Tokens of all rows in the batches.</summary>
    internal long ComputedTokens => _batch.Sequences.Sum(static s => (long)s.Computed);

    private IEnumerable<Sequence> Running
        => _prefilling is null ? _batch.Sequences : _batch.Sequences.Append(_prefilling);

    /// <summary>A text that has arrived.</summary>
    public void Add(Sequence sequence) => _waiting.Add(sequence);

    /// <summary>Computes part of a prompt and a token of every text.</summary>
    public void Step()
    {
        DropCancelled();
        Admit();
        Guard(Prefill, () => _prompt.Sequences, _prompt.Clear);
        Decode();
        Status = new GenerationEngineStatus(
            Running.Count(), _waiting.Count, _pool.Used, _pool.Idle, _pool.Capacity, _preemptions, _cachedTokens,
            _draftedTokens, _acceptedTokens);
    }

    /// <summary>Ends all texts.</summary>
    public void End(Exception reason)
    {
        foreach (var sequence in Running.Concat(_waiting.RemoveAll()).ToArray())
        {
            Leave(sequence, reason);
        }
    }

    public void Dispose()
    {
        _batch.Dispose();
        _prompt.Dispose();
        _pool.Dispose();
        _drafter?.Dispose();
        _graph.Dispose();
    }

    private void DropCancelled()
    {
        foreach (var sequence in _waiting.RemoveCancelled().Concat(Running.Where(static s => s.IsCancelled).ToArray()))
        {
            Leave(sequence);
        }
    }

    // Takes the next text in where there is a row and room for all its tokens so far and one block more.
    private void Admit()
    {
        if (_prefilling is not null || _waiting.Next(Running) is not { } next
            || (_batch.Count >= _options.MaxRows && !MakeRoom(next)))
        {
            return;
        }

        if (_batch.Count > 0 && _pool.Available <= _cache.BlocksOf(next.Tokens.Count))
        {
            return;
        }

        _waiting.Remove(next);
        _cache.Begin(next, GroupOf(next), findsBlocks: _options.SharesRuns);
        _cachedTokens += next.Computed;
        _prefilling = next;
        _prompt.Add(next);
    }

    // A caller without a text under way gets the row of the youngest text of the caller with the most, who has at least
    // two.
    private bool MakeRoom(Sequence next)
    {
        var callers = _batch.Sequences.GroupBy(static s => s.Caller).ToArray();
        if (callers.Any(c => c.Key == next.Caller) || callers.MaxBy(static c => c.Count()) is not { } most
            || most.Count() < 2)
        {
            return false;
        }

        Preempt(most.MaxBy(static s => s.Number)!);
        return true;
    }

    // Keys and values depend on the adapter too.
    private string? GroupOf(Sequence sequence)
        => (_options.SharesAcrossCallers, sequence.Adapter?.Name) switch
        {
            (true, null) => null,
            (true, var adapter) => $"{adapter.Length} {adapter}",
            (false, var adapter) => $"{adapter?.Length} {adapter} {sequence.Caller}",
        };

    private void Prefill()
    {
        if (_prefilling is not { } sequence)
        {
            return;
        }

        var most = !_options.SharesRuns ? int.MaxValue
            : _batch.Count == 0 ? _options.IdleChunkLength : _options.ChunkLength;
        var count = Math.Min(most, sequence.Tokens.Count - sequence.Computed);
        if (!Reserve(sequence, count))
        {
            return;
        }

        var logits = _prompt.Step(count).Single();
        _prompt.Keep(sequence, count, count);
        if (sequence.Computed < sequence.Tokens.Count)
        {
            return;
        }

        _prefilling = null;
        _batch.Add(sequence);
        if (Draw(logits, 0))
        {
            Leave(sequence);
        }

        _prompt.Clear();
    }

    // Takes blocks for a text's next tokens; the youngest texts give theirs up where there are none, the text itself
    // last.
    private bool Reserve(Sequence sequence, int count)
    {
        while (!_cache.Reserve(sequence, count))
        {
            var youngest = Running.MaxBy(static s => s.Number)!;
            Preempt(youngest);
            if (youngest == sequence)
            {
                return false;
            }
        }

        return true;
    }

    // A text gives its blocks up and waits; its tokens, random numbers and constraint stay as they are.
    private void Preempt(Sequence sequence)
    {
        TakeOut(sequence);
        _cache.Release(sequence);
        _drafter?.Forget(sequence);
        sequence.Drafts = [];
        _waiting.Add(sequence);
        _preemptions++;
    }

    private void Leave(Sequence sequence, Exception? reason = null)
    {
        TakeOut(sequence);
        _cache.Release(sequence);
        _drafter?.Forget(sequence);
        sequence.Complete(reason);
    }

    private void TakeOut(Sequence sequence)
    {
        if (sequence == _prefilling)
        {
            _prefilling = null;
            _prompt.Clear();
        }
        else
        {
            _batch.Remove(sequence);
        }
    }

    // A run that fails ends the texts that were in it; the next ones start anew.
    private void Guard(Action step, Func<IEnumerable<Sequence>> texts, Action clear)
    {
        try
        {
            step();
        }
        catch (Exception e)
        {
            foreach (var sequence in texts().ToArray())
            {
                Leave(sequence, e);
            }

            clear();
        }
    }
}
