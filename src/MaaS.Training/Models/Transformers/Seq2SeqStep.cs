using static TorchSharp.torch;

namespace MaaS.Training.Models.Transformers;

/// <summary>Runs the decoder for one token of every beam at a time, over caches.</summary>
internal sealed class Seq2SeqStep : IDisposable
{
    private readonly Seq2SeqTransformer _model;
    private readonly Tensor _memory;
    private readonly Tensor _sourceMask;
    private readonly IReadOnlyList<DecoderCache> _caches;

    public Seq2SeqStep(Seq2SeqTransformer model, Tensor sourceIds, Tensor sourceMask, int beams)
    {
        _model = model;
        _caches = model.NewCaches();
        using var scope = NewDisposeScope();
        // The beams of a row lie side by side.
        // (B·beams, S, C)
        _memory = model.Encode(sourceIds, sourceMask).repeat_interleave(beams, 0).MoveToOuterDisposeScope();
        _sourceMask = sourceMask.repeat_interleave(beams, 0).MoveToOuterDisposeScope();
    }

    /// <summary>Logits (B·beams, vocabulary) after one more token of each.</summary>
    public Tensor Next(long[] tokens, long[]? parents)
    {
        if (parents is not null)
        {
            using var rows = tensor(parents, device: _memory.device);
            foreach (var cache in _caches)
            {
                cache.Reorder(rows);
            }
        }

        var ids = tensor(tokens, device: _memory.device).unsqueeze(1);                             // (B·beams, 1)
        return _model.Decode(ids, _memory, _sourceMask, _caches).select(1, 0);
    }

    public void Dispose()
    {
        foreach (var cache in _caches)
        {
            cache.Dispose();
        }
    }
}
