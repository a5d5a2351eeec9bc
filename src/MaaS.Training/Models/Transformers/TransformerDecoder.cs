using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>A stack of <see cref="DecoderLayer"/>, with a layer norm at the end when the layers have theirs
/// before.</summary>
/// <remarks>Vaswani et al. 2017, section 3.1.</remarks>
public sealed class TransformerDecoder
    : Module<Tensor, Tensor, AttentionMask?, AttentionMask?, IReadOnlyList<DecoderCache>?, Tensor>
{
    private readonly ModuleList<DecoderLayer> layers;
    private readonly LayerNorm? norm;

    /// <summary>Fresh weights.</summary>
    /// <exception cref="ArgumentException">The options do not fit together.</exception>
    public TransformerDecoder(TransformerOptions options)
        : base(nameof(TransformerDecoder))
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        layers = new ModuleList<DecoderLayer>(
            [.. Enumerable.Range(0, options.Layers).Select(_ => new DecoderLayer(options))]);
        norm = options.PreNorm ? LayerNorm(options.Width, options.NormEpsilon) : null;
        RegisterComponents();
    }

    /// <summary>All layers.</summary>
    /// <param name="target">(B, T, C).</param>
    /// <param name="memory">(B, S, C): the encoder's output.</param>
    /// <param name="targetMask">What each target position may not see of the target; null for nothing.</param>
    /// <param name="memoryMask">What it may not see of the memory; null for nothing.</param>
    /// <param name="caches">One for each layer; null to keep nothing.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(
        Tensor target, Tensor memory, AttentionMask? targetMask, AttentionMask? memoryMask,
        IReadOnlyList<DecoderCache>? caches)
    {
        var x = target;
        for (var i = 0; i < layers.Count; i++)
        {
            x = layers[i].call(x, memory, targetMask, memoryMask, caches?[i]);
        }

        return norm is null ? x : norm.call(x);
    }
}
