using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Causal self-attention, attention to the encoder's output, and a feed-forward block, each added to its
/// input, with layer norm before or after.</summary>
/// <remarks>Vaswani et al. 2017, section 3.1 and figure 1 (right).</remarks>
public sealed class DecoderLayer : Module<Tensor, Tensor, AttentionMask?, AttentionMask?, DecoderCache?, Tensor>
{
    private readonly MultiHeadAttention attention;
    private readonly LayerNorm norm1;
    private readonly MultiHeadAttention crossAttention;
    private readonly LayerNorm norm2;
    private readonly FeedForward feedForward;
    private readonly LayerNorm norm3;
    private readonly Dropout dropout;
    private readonly bool _preNorm;

    /// <summary>Xavier-uniform weights, zero biases.</summary>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public DecoderLayer(TransformerOptions options)
        : base(nameof(DecoderLayer))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        attention = MultiHeadAttention.ToSelf(options);
        norm1 = LayerNorm(options.Width, options.NormEpsilon);
        crossAttention = new MultiHeadAttention(options.Width, options.Heads, options.Dropout);
        norm2 = LayerNorm(options.Width, options.NormEpsilon);
        feedForward = new FeedForward(options);
        norm3 = LayerNorm(options.Width, options.NormEpsilon);
        dropout = Dropout(options.Dropout);
        _preNorm = options.PreNorm;
        RegisterComponents();
    }

    /// <summary>One layer.</summary>
    /// <param name="target">(B, T, C).</param>
    /// <param name="memory">(B, S, C): the encoder's output.</param>
    /// <param name="targetMask">What each target position may not see of the target; null for nothing.</param>
    /// <param name="memoryMask">What it may not see of the memory; null for nothing.</param>
    /// <param name="cache">Keys and values of earlier steps; null for none.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(
        Tensor target, Tensor memory, AttentionMask? targetMask, AttentionMask? memoryMask, DecoderCache? cache)
    {
        if (_preNorm)
        {
            var x = target + Attend(norm1.call(target), targetMask, cache);
            x += Cross(norm2.call(x), memory, memoryMask, cache);
            return x + Feed(norm3.call(x));
        }

        var y = norm1.call(target + Attend(target, targetMask, cache));
        y = norm2.call(y + Cross(y, memory, memoryMask, cache));
        return norm3.call(y + Feed(y));
    }

    private Tensor Attend(Tensor x, AttentionMask? mask, DecoderCache? cache)
        => dropout.call(attention.call(x, null, mask, cache?.Target));

    private Tensor Cross(Tensor x, Tensor memory, AttentionMask? mask, DecoderCache? cache)
        => dropout.call(crossAttention.call(x, memory, mask, cache?.Memory));

    private Tensor Feed(Tensor x) => dropout.call(feedForward.call(x));
}
