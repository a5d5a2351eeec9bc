using static TorchSharp.torch;

namespace MaaS.Training.Models.Recurrent;

/// <summary>What a mask says of a batch of sequences that are padded at the end. Made of operators that
/// export.</summary>
/// <param name="attentionMask">(B, T), int64: ones, then zeros.</param>
internal readonly struct PaddedBatch(Tensor attentionMask)
{
    private readonly Tensor _lengths = attentionMask.sum(1, keepdim: true);   // (B, 1)

    /// <summary>1 at tokens and 0 at padding: (B, T, 1), of the type of <paramref name="like"/>.</summary>
    public Tensor Weights(Tensor like) => attentionMask.unsqueeze(-1).to(like.dtype);

    /// <summary>Reverses every sequence within its own length and leaves padding where it is; applied twice it changes
    /// nothing.</summary>
    /// <param name="x">(B, T, D).</param>
    public Tensor Reverse(Tensor x)
    {
        var positions = ones_like(attentionMask).cumsum(1) - 1;                                    // (B, T)
        var sources = where(attentionMask.to(ScalarType.Bool), _lengths - 1 - positions, positions);
        return x.gather(1, sources.unsqueeze(-1).expand_as(x));
    }

    /// <summary>What the last of several recurrent layers says, as one vector a sequence.</summary>
    /// <param name="x">(B, T, H) of one direction or (B, T, 2·H) of both; anything at padding.</param>
    /// <param name="pooling">How.</param>
    /// <param name="hidden">H.</param>
    /// <returns>(B, H) or (B, 2·H); zeros for an empty sequence.</returns>
    public Tensor Pool(Tensor x, SequencePooling pooling, long hidden)
    {
        x = x * Weights(x);                                                                         // zeros at padding
        return pooling switch
        {
            SequencePooling.Mean => Mean(x),
            SequencePooling.Max => Max(x),
            _ => LastStates(x, hidden),
        };
    }

    /// <summary>The vector of each sequence's last token; of an empty one, its first.</summary>
    /// <param name="x">(B, T, D).</param>
    /// <returns>(B, D).</returns>
    public Tensor Last(Tensor x)
    {
        var last = (_lengths - 1).clamp_min(0).unsqueeze(-1);                                      // (B, 1, 1)
        return x.gather(1, last.expand_as(x.narrow(1, 0, 1))).squeeze(1);
    }

    /// <summary>The mean over the tokens; zeros for an empty sequence.</summary>
    /// <param name="x">(B, T, D), zeros at padding.</param>
    public Tensor Mean(Tensor x) => x.sum(1) / _lengths.clamp_min(1).to(x.dtype);                  // (B, D)

    /// <summary>The largest value over the tokens; zeros for an empty sequence.</summary>
    /// <param name="x">(B, T, D), within ±1e4.</param>
    public Tensor Max(Tensor x)
    {
        var largest = (x + (Weights(x) - 1) * 1e4).amax([1]);                                       // (B, D)
        return largest * _lengths.clamp_max(1).to(x.dtype);
    }

    // Forwards a sequence ends at its last token, backwards at its first.
    private Tensor LastStates(Tensor x, long hidden)
    {
        var forwards = Last(x.narrow(-1, 0, hidden));                                               // (B, H)
        return x.shape[^1] > hidden ? cat([forwards, x.narrow(-1, hidden, hidden).select(1, 0)], -1) : forwards;
    }
}
