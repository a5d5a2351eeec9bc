using System.Runtime.InteropServices;
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
    // Places that hold nothing in any row are worth putting the tensors together anew from so many on.
    private const int CommonPadding = 32;

    private readonly List<Sequence?> _rows = [];
    private readonly List<Sequence> _joining = [];

    // For each row which of the places hold tokens of its text.
    private readonly List<List<long>> _masks = [];
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

    /// <summary>Computed tokens of the longest text.</summary>
    public int Longest => Sequences.Max(static s => s.Computed);

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

    /// <summary>Runs the next tokens of each text and its drafts. <see cref="Keep"/> follows for each text.</summary>
    /// <param name="count">How many of each, which are there and not computed.</param>
    /// <returns>Logits of each text; valid until the next call.</returns>
    public IReadOnlyList<RowLogits> Step(int count)
    {
        Gather();
        var rows = _rows.Count;
        var drafts = _rows.Max(static r => r?.Drafts.Length ?? 0);
        var width = count + drafts;
        var (ids, positions) = (new long[rows * width], new long[rows * width]);
        var mask = new long[rows * (_length + width)];
        for (var row = 0; row < rows; row++)
        {
            // The new tokens stand at the right end, after places that nobody sees.
            var shown = mask.AsSpan(row * (_length + width), _length + width);
            _masks[row].CopyTo(shown);
            if (_rows[row] is not { } sequence)
            {
                // A place without a text computes something that nobody reads.
                shown[^1] = 1;
                continue;
            }

            var own = count + sequence.Drafts.Length;
            shown[^own..].Fill(1);
            for (var i = 0; i < own; i++)
            {
                var place = ((row + 1) * width) - own + i;
                ids[place] = i < count ? sequence.Tokens[sequence.Computed + i] : sequence.Drafts[i - count];
                positions[place] = sequence.Computed + i;
            }
        }

        if (_adapters is not null)
        {
            // What an empty place computes does not matter: the adapter of another row makes no new matrices.
            var any = _rows.First(static r => r is not null)!.Adapter;
            _adapters.Take([.. _rows.Select(r => r is null ? any : r.Adapter)]);
        }

        var outputs = graph.Run(rows, ids, mask, positions, _past, _adapters, drafts == 0 ? 1 : 0);
        _owner?.Dispose();
        _owner = outputs;
        _past = [.. outputs.Skip(1)];
        _length += width;
        foreach (var row in _masks)
        {
            row.AddRange(Enumerable.Repeat(0L, width));
        }

        return [.. _rows.Index().Where(static r => r.Item is not null)
            .Select(r => new RowLogits(r.Item!, outputs, r.Index))];
    }

    /// <summary>Keeps keys and values of a text's tokens that were just computed; others of them are seen no
    /// more.</summary>
    /// <param name="sequence">A text of the last <see cref="Step"/>.</param>
    /// <param name="computed">Tokens that were run for it.</param>
    /// <param name="kept">The first so many of them.</param>
    public void Keep(Sequence sequence, int computed, int kept)
    {
        var row = _rows.IndexOf(sequence);
        var from = _length - computed;
        cache.Store(sequence, kept, _past, _length, row, from);
        CollectionsMarshal.AsSpan(_masks[row]).Slice(from, kept).Fill(1);
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
        _masks.Clear();
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
                Load(row);
            }
        }

        var present = _rows.OfType<Sequence>().ToArray();
        var empty = _rows.Count - present.Length;
        var longest = present.Concat(_joining).Max(static s => s.Computed);
        if (_joining.Count == 0 && empty <= _rows.Count / 4 && _length - longest < CommonPadding + (longest / 8))
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
            _masks.Add([.. Enumerable.Repeat(0L, _length)]);
            Load(row);
        }
    }

    private void Load(int row)
    {
        var sequence = _rows[row]!;
        cache.Load(sequence, _past, _length, row);
        var mask = CollectionsMarshal.AsSpan(_masks[row]);
        mask.Clear();
        mask[(_length - sequence.Computed)..].Fill(1);
    }
}
