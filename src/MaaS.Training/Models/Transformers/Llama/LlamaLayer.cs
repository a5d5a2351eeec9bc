using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Llama;

/// <summary>Attention and a gated feed-forward block, each on normalised features and added to its input.</summary>
/// <remarks>Touvron et al. 2023: LLaMA, section 2.2.</remarks>
internal sealed class LlamaLayer : Module<Tensor, Rotation, AttentionMask, KeyValueCache?, Tensor>
{
    private readonly RmsNorm attentionNorm;
    private readonly LlamaAttention attention;
    private readonly RmsNorm feedForwardNorm;
    private readonly GatedFeedForward feedForward;
    private readonly Dropout? dropout;

    public LlamaLayer(LlamaOptions options)
        : base(nameof(LlamaLayer))
    {
        attentionNorm = new RmsNorm(options.Width, options.NormEpsilon);
        attention = new LlamaAttention(options);
        feedForwardNorm = new RmsNorm(options.Width, options.NormEpsilon);
        feedForward = new GatedFeedForward(options);
        dropout = options.Dropout > 0 ? Dropout(options.Dropout) : null;
        RegisterComponents();
    }

    /// <summary>One layer.</summary>
    /// <param name="input">(B, T, C).</param>
    /// <param name="rotation">Of the T positions.</param>
    /// <param name="mask">What attention may not see.</param>
    /// <param name="cache">Keys and values of earlier positions, to which the input's are added; null for none.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(Tensor input, Rotation rotation, AttentionMask mask, KeyValueCache? cache)
    {
        var x = input + Dropped(attention.call(attentionNorm.call(input), rotation, mask, cache));
        return x + Dropped(feedForward.call(feedForwardNorm.call(x)));
    }

    private Tensor Dropped(Tensor x) => dropout is null ? x : dropout.call(x);
}
