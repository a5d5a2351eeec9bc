using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Token sequences to vectors: embedding, encoder, pooling over what is no padding.</summary>
/// <remarks>Vaswani et al. 2017, section 3. A row that is all padding gives zeros.</remarks>
public sealed class TransformerTextEncoder : Module<Tensor, Tensor, Tensor>
{
    private readonly TokenEmbedding embedding;
    private readonly TransformerEncoder encoder;
    private readonly Pooling _pooling;

    /// <summary>Fresh weights.</summary>
    /// <param name="vocabulary">Number of tokens, at least 1.</param>
    /// <param name="options">Sizes of the encoder.</param>
    /// <param name="pooling">How a sequence becomes one vector.</param>
    public TransformerTextEncoder(long vocabulary, TransformerOptions options, Pooling pooling = Pooling.Mean)
        : base(nameof(TransformerTextEncoder))
    {
        embedding = new TokenEmbedding(vocabulary, options);
        encoder = new TransformerEncoder(options);
        _pooling = pooling;
        RegisterComponents();
    }

    /// <summary>One vector for each row.</summary>
    /// <param name="inputIds">(B, T), int64, each below the vocabulary's size.</param>
    /// <param name="attentionMask">(B, T), int64: 1 for tokens, 0 for padding.</param>
    /// <returns>(B, C).</returns>
    public override Tensor forward(Tensor inputIds, Tensor attentionMask)
    {
        var x = embedding.call(inputIds, 0);                                     // (B, T, C)
        x = encoder.call(x, AttentionMask.Padding(attentionMask, x.dtype), null);
        var kept = attentionMask.ne(0).to(x.dtype).unsqueeze(-1);                // (B, T, 1)
        return _pooling == Pooling.Mean
            ? (x * kept).sum(1) / kept.sum(1).clamp_min(1)                       // (B, C)
            : x.select(1, 0) * kept.select(1, 0);
    }
}
