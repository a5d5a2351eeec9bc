using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>Self-attention and a feed-forward block, each added to its input, with layer norm before or after. With a
/// causal mask this is a layer of a GPT.</summary>
/// <remarks>Vaswani et al. 2017, section 3.1 and figure 1 (left); the norm before each block: Xiong et al. 2020, figure
/// 1 (b).</remarks>
public sealed class EncoderLayer : Module<Tensor, AttentionMask?, KeyValueCache?, Tensor>
{
    private readonly MultiHeadAttention attention;
    private readonly LayerNorm norm1;
    private readonly FeedForward feedForward;
    private readonly LayerNorm norm2;
    private readonly Dropout dropout;
    private readonly bool _preNorm;

    /// <summary>Xavier-uniform weights, zero biases.</summary>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public EncoderLayer(TransformerOptions options)
        : base(nameof(EncoderLayer))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        attention = MultiHeadAttention.ToSelf(options);
        norm1 = LayerNorm(options.Width, options.NormEpsilon);
        feedForward = new FeedForward(options);
        norm2 = LayerNorm(options.Width, options.NormEpsilon);
        dropout = Dropout(options.Dropout);
        _preNorm = options.PreNorm;
        RegisterComponents();
    }

    /// <summary>One layer.</summary>
    /// <param name="input">(B, T, C).</param>
    /// <param name="mask">What attention may not see; null for nothing.</param>
    /// <param name="cache">Keys and values of earlier positions, to which the input's are added; null for none.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(Tensor input, AttentionMask? mask, KeyValueCache? cache)
    {
        if (_preNorm)
        {
            var x = input + Attend(norm1.call(input), mask, cache);
            return x + Feed(norm2.call(x));
        }

        var y = norm1.call(input + Attend(input, mask, cache));
        return norm2.call(y + Feed(y));
    }

    private Tensor Attend(Tensor x, AttentionMask? mask, KeyValueCache? cache)
        => dropout.call(attention.call(x, null, mask, cache));

    private Tensor Feed(Tensor x) => dropout.call(feedForward.call(x));
}
