using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>One layer: attention, then two dense layers, each block normalised after it is added.</summary>
/// <remarks>Vaswani et al. 2017, section 3.1, with GELU.</remarks>
public sealed class BertLayer : Module<Tensor, AttentionMask?, Tensor>
{
    private readonly BertAttention attention;
    private readonly BertIntermediate intermediate;
    private readonly BertOutput output;

    internal BertLayer(BertConfig config)
        : base(nameof(BertLayer))
    {
        attention = new BertAttention(config);
        intermediate = new BertIntermediate(config);
        output = new BertOutput(config.IntermediateSize, config);
        RegisterComponents();
    }

    /// <summary>One layer.</summary>
    /// <param name="input">(B, T, C).</param>
    /// <param name="mask">What is hidden; null for nothing.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(Tensor input, AttentionMask? mask)
    {
        var x = attention.call(input, mask);
        return output.call(intermediate.call(x), x);
    }
}
