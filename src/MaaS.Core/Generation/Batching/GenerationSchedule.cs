using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Batching;

/// <summary>Decides at every token which texts go through the model. For one thread, but for <see cref="Status"/>.</summary>
internal sealed class GenerationSchedule : IDisposable
{
    private readonly DecoderGraph _graph;
    private readonly GenerationEngineOptions _options;
    private readonly BlockPool _pool;
    private readonly SequenceCache _cache;
    private readonly RowBatch _batch;
    private readonly RowBatch _prompt;
    private readonly Drafter? _drafter;
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

        MaxLength = Math.Min(maxLength, (long)blocks * options.BlockLength);
        _pool = new BlockPool(layout.BlockBytes, blocks);
        _cache = new SequenceCache(layout, _pool);
        (_batch, _prompt) = (new RowBatch(graph, layout, _cache), new RowBatch(graph, layout, _cache));
        _drafter = drafter;
        Status = new GenerationEngineStatus(0, 0, 0, 0, blocks, 0, 0, 0, 0);
    }

    /// <summary>Longest sequence: one that long fits the cache alone.</summary>
    public long MaxLength { get; }

    /// <summary>Whether there is nothing to do.</summary>
    public bool IsIdle => _waiting.Count == 0 && _prefilling is null && _batch.Count == 0;

    /// <summary>What goes on; for any thread.</summary>
    public GenerationEngineStatus Status { get; private set; }

    private IEnumerable<Sequence> Running => _prefilling is null ? _batch.Sequences : _batch.Sequences.Append(_prefilling);

    /// <summary>A text that has arrived.</summary>
    public void Add(Sequence sequence) => _waiting.Add(sequence);

    /// <summary>Computes part of a prompt and a token of every text.</summary>
    public void Step()
    {
        DropCancelled();
        Admit();
        Guard(Prefill, _prompt);
        Guard(Decode, _batch);
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
        if (_prefilling is not null || _batch.Count >= _options.MaxRows || _waiting.Next(Running) is not { } next)
        {
            return;
        }

        if (_batch.Count > 0 && _pool.Available <= _cache.BlocksOf(next.Tokens.Count))
        {
            return;
        }

        _waiting.Remove(next);
        _cache.Begin(next, GroupOf(next));
        _cachedTokens += next.Computed;
        _prefilling = next;
        _prompt.Add(next);
    }

    // Keys and values depend on the adapter too.
    private string? GroupOf(Sequence sequence)
        => (_options.SharesAcrossCallers, sequence.Adapter?.Name) switch
        {
            (true, null) => null,
            (true, var adapter) => $"adapter {adapter}",
            (false, var adapter) => $"adapter {adapter} caller {sequence.Caller}",
        };

    private void Prefill()
    {
        if (_prefilling is not { } sequence)
        {
            return;
        }

        var most = _batch.Count == 0 ? _options.IdleChunkLength : _options.ChunkLength;
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

    private void Decode()
    {
        Guess();

        // The oldest first: the younger give their blocks up.
        foreach (var sequence in _batch.Sequences.OrderBy(static s => s.Number).ToArray())
        {
            if (_batch.Sequences.Contains(sequence))
            {
                Reserve(sequence, 1 + sequence.Drafts.Length);
            }
        }

        if (_batch.Count == 0)
        {
            return;
        }

        foreach (var logits in _batch.Step(1))
        {
            Verify(logits);
        }
    }

    // A run on few texts waits for weights to be read; more tokens of each are nearly free then.
    private void Guess()
    {
        if (_drafter is null || _batch.Count > _options.MaxDraftedRows)
        {
            return;
        }

        foreach (var sequence in _batch.Sequences.Where(static s => s.Adapter is null))
        {
            var most = Math.Min(
                MaxLength - sequence.Tokens.Count,
                sequence.Options.MaxNewTokens - (sequence.Tokens.Count - sequence.PromptLength) - 1);
            if (_pool.Available > _cache.BlocksOf(_options.DraftLength + 1))
            {
                _drafter.Guess(sequence, most);
                _draftedTokens += sequence.Drafts.Length;
            }
        }
    }

    // Draws tokens as long as they are those that were guessed, and one more: what each is drawn from is the model's
    // own, so the text is the same as without guesses.
    private void Verify(RowLogits logits)
    {
        var sequence = logits.Sequence;
        var drafts = sequence.Drafts;
        sequence.Drafts = [];
        var (kept, ended) = (0, false);
        do
        {
            ended = Draw(logits, drafts.Length - kept);
            kept++;
        }
        while (!ended && kept <= drafts.Length && sequence.Tokens[^1] == drafts[kept - 1]);

        _acceptedTokens += kept - 1;
        if (sequence.IsEnded)
        {
            return;
        }

        _batch.Keep(sequence, 1 + drafts.Length, kept);
        if (ended)
        {
            Leave(sequence);
        }
    }

    // Whether the text has ended by the token drawn.
    private bool Draw(RowLogits logits, int fromEnd)
    {
        var sequence = logits.Sequence;
        try
        {
            var last = DecoderGraph.LastLogits(logits.Outputs, logits.Row, ref _converted, fromEnd);
            return sequence.Draw(last, sequence.Tokens.Count, MaxLength);
        }
        catch (ArgumentException e)
        {
            // Logits that are no numbers end the text that they belong to, and no other.
            Leave(sequence, new InferenceException($"{_graph.Name}: {e.Message}", e));
            return true;
        }
    }

    // Takes blocks for a text's next tokens; the youngest texts give theirs up where there are none, the text itself
    // last.
    private bool Reserve(Sequence sequence, int count)
    {
        while (!_cache.Reserve(sequence, count))
        {
            var youngest = Running.MaxBy(static s => s.Number)!;
            TakeOut(youngest);
            _cache.Release(youngest);
            youngest.Drafts = [];
            _waiting.Add(youngest);
            _preemptions++;
            if (youngest == sequence)
            {
                return false;
            }
        }

        return true;
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
        else if (_batch.Sequences.Contains(sequence))
        {
            _batch.Remove(sequence);
        }
    }

    // A run that fails ends the texts that were in it; the next ones start anew.
    private void Guard(Action step, RowBatch batch)
    {
        try
        {
            step();
        }
        catch (Exception e) when (e is InferenceException or OutOfMemoryException or ModelInputException)
        {
            foreach (var sequence in batch.Sequences.ToArray())
            {
                Leave(sequence, e);
            }

            batch.Clear();
        }
    }
}
