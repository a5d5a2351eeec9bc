using MaaS.Core.Generation.Adapters;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Generation.Batching;

/// <summary>Texts that go through the model together. Their keys and values stand side by side in tensors that the
/// model gives back one token longer, so that nothing is copied while the same texts stay; the blocks hold them
/// too.</summary>
/// <param name="graph">The model.</param>
/// <param name="layout">Sizes of blocks and tensors.</param>
/// <param name="cache">Where the blocks are.</param>
internal sealed class RowBatch(DecoderGraph graph, CacheLayout layout, SequenceCache cache) : IDisposable
{
    // Padding that all rows have is worth putting the tensors together anew from so many tokens on.
    private const int CommonPadding = 32;

    private readonly List<Sequence?> _rows = [];
    private readonly List<Sequence> _joining = [];
    private readonly AdapterTensors? _adapters =
        graph.AdapterLayers.Count > 0 ? new AdapterTensors(graph.AdapterLayers) : null;

    private readonly CacheTensors _memory = new(layout, graph.Heads, graph.HeadSize, graph.CacheType);
    private TensorValue[] _past = [];
    private InferenceOutputs? _owner;
    private int _length;

    /// <summary>Texts in the batch.</summary>
    public IEnumerable<Sequence> Sequences => _rows.OfType<Sequence>().Concat(_joining);

    /// <summary>Number of texts in the batch.</summary>
    public int Count => _rows.Count(static r => r is not null) + _joining.Count;

    /// <summary>Adds a text, whose computed tokens stand in its blocks.</summary>
    public void Add(Sequence sequence) => _joining.Add(sequence);

    /// <summary>Takes a text out.</summary>
    public void Remove(Sequence sequence)
    {
        if (!_joining.Remove(sequence))
        {
            _rows[_rows.IndexOf(sequence)] = null;
        }
    }

    /// <summary>Takes all texts out, as after a failure.</summary>
    public void Clear()
    {
        _rows.Clear();
        _joining.Clear();
        Forget();
    }

    /// <summary>Runs the next tokens of each text.</summary>
    /// <param name="count">How many of each, which are there and not computed.</param>
    /// <returns>Logits of the last of them by text; valid until the next call.</returns>
    public IEnumerable<(Sequence Sequence, RowLogits Logits)> Step(int count)
    {
        Gather();
        var rows = _rows.Count;
        var (ids, positions) = (new long[rows * count], new long[rows * count]);
        var mask = new long[rows * (_length + count)];
        for (var row = 0; row < rows; row++)
        {
            if (_rows[row] is not { } sequence)
            {
                // A place without a text computes something that nobody reads.
                mask[((row + 1) * (_length + count)) - 1] = 1;
                continue;
            }

            mask.AsSpan(row * (_length + count), _length + count)[(_length - sequence.Computed)..].Fill(1);
            for (var i = 0; i < count; i++)
            {
                ids[(row * count) + i] = sequence.Tokens[sequence.Computed + i];
                positions[(row * count) + i] = sequence.Computed + i;
            }
        }

        _adapters?.Take([.. _rows.Select(static r => r?.Adapter)]);
        var outputs = graph.Run(rows, ids, mask, positions, _past, _adapters);
        _owner?.Dispose();
        _owner = outputs;
        _past = [.. outputs.Skip(1)];
        _length += count;
        for (var row = 0; row < rows; row++)
        {
            if (_rows[row] is { } sequence)
            {
                cache.Store(sequence, count, _past, _length, row);
            }
        }

        return _rows.Index().Where(static r => r.Item is not null)
            .Select(r => (r.Item!, new RowLogits(outputs, r.Index))).ToArray();
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Clear();
        _memory.Dispose();
    }

    private void Forget()
    {
        _owner?.Dispose();
        (_owner, _past, _length) = (null, [], 0);
    }

    // Puts the tensors together where texts came or too many went.
    private void Gather()
    {
        for (var row = 0; row < _rows.Count && _joining.Count > 0; row++)
        {
            if (_rows[row] is null && _joining[0].Computed <= _length)
            {
                _rows[row] = _joining[0];
                _joining.RemoveAt(0);
                cache.Load(_rows[row]!, _past, _length, row);
            }
        }

        var present = _rows.OfType<Sequence>().ToArray();
        var empty = _rows.Count - present.Length;
        var longest = present.Concat(_joining).Max(static s => s.Computed);
        if (_joining.Count == 0 && empty <= _rows.Count / 4 && _length - longest < CommonPadding)
        {
            return;
        }

        // The memory may be what the tensors so far stand in: rows are read from the blocks alone.
        Forget();
        _rows.Clear();
        _rows.AddRange([.. present, .. _joining]);
        _joining.Clear();
        _length = longest;
        _past = _memory.Take(_rows.Count, _length);
        for (var row = 0; row < _rows.Count; row++)
        {
            cache.Load(_rows[row]!, _past, _length, row);
        }
    }
}
