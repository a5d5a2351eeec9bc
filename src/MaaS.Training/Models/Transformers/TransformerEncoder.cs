using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>A stack of <see cref="EncoderLayer"/>, with a layer norm at the end when the layers have theirs
/// before.</summary>
/// <remarks>Vaswani et al. 2017, section 3.1; the last norm: Xiong et al. 2020, section 3.1.</remarks>
public sealed class TransformerEncoder : Module<Tensor, AttentionMask?, IReadOnlyList<KeyValueCache>?, Tensor>
{
    private readonly ModuleList<EncoderLayer> layers;
    private readonly LayerNorm? norm;

    /// <summary>Fresh weights.</summary>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public TransformerEncoder(TransformerOptions options)
        : base(nameof(TransformerEncoder))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        layers = new ModuleList<EncoderLayer>(
            [.. Enumerable.Range(0, options.Layers).Select(_ => new EncoderLayer(options))]);
        norm = options.PreNorm ? LayerNorm(options.Width, options.NormEpsilon) : null;
        RegisterComponents();
    }

    /// <summary>All layers.</summary>
    /// <param name="input">(B, T, C): tokens with their positions.</param>
    /// <param name="mask">What attention may not see; null for nothing.</param>
    /// <param name="caches">One for each layer; null to keep nothing.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(Tensor input, AttentionMask? mask, IReadOnlyList<KeyValueCache>? caches)
    {
        var x = input;
        for (var i = 0; i < layers.Count; i++)
        {
            x = layers[i].call(x, mask, caches?[i]);
        }

        return norm is null ? x : norm.call(x);
    }
}
