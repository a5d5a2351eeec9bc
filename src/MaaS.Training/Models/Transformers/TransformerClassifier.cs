using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Classifies token sequences: embedding, encoder, pooling over what is no padding, dense layer.</summary>
/// <remarks>Vaswani et al. 2017 for the encoder. The logits of a row that is all padding depend on the head's weights alone.</remarks>
public sealed class TransformerClassifier : Module<Tensor, Tensor, Tensor>
{
    private readonly TokenEmbedding embedding;
    private readonly TransformerEncoder encoder;
    private readonly Dropout dropout;
    private readonly Linear head;
    private readonly Pooling _pooling;

    /// <summary>Fresh weights; random numbers come from torch's default generator.</summary>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public TransformerClassifier(TransformerClassifierOptions options)
        : base(nameof(TransformerClassifier))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        Options = options;
        embedding = new TokenEmbedding(options.Vocabulary, options.Encoder);
        encoder = new TransformerEncoder(options.Encoder);
        dropout = Dropout(options.Encoder.Dropout);
        head = Xavier.Initialize(Linear(options.Encoder.Width, options.Classes));
        _pooling = options.Pooling;
        RegisterComponents();
    }

    /// <summary>What it was made with.</summary>
    public TransformerClassifierOptions Options { get; }

    /// <summary>Logits of a batch.</summary>
    /// <param name="inputIds">(B, T), int64, each below the vocabulary's size.</param>
    /// <param name="attentionMask">(B, T), int64: 1 for tokens, 0 for padding.</param>
    /// <returns>(B, classes).</returns>
    public override Tensor forward(Tensor inputIds, Tensor attentionMask)
    {
        var x = embedding.call(inputIds, 0);                                                       // (B, T, C)
        x = encoder.call(x, AttentionMask.Padding(attentionMask, x.dtype), null);
        var kept = attentionMask.ne(0).to(x.dtype).unsqueeze(-1);                                  // (B, T, 1)
        var pooled = _pooling == Pooling.Mean
            ? (x * kept).sum(1) / kept.sum(1).clamp_min(1)                                         // (B, C)
            : x.select(1, 0) * kept.select(1, 0);
        return head.call(dropout.call(pooled));                                                    // (B, classes)
    }
}
