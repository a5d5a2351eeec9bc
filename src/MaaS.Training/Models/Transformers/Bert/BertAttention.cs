using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>The attention block of a layer.</summary>
public sealed class BertAttention : Module<Tensor, AttentionMask?, Tensor>
{
    private readonly BertSelfAttention self;
    private readonly BertOutput output;

    internal BertAttention(BertConfig config)
        : base(nameof(BertAttention))
    {
        self = new BertSelfAttention(config);
        output = new BertOutput(config.HiddenSize, config);
        RegisterComponents();
    }

    /// <summary>One block.</summary>
    /// <param name="input">(B, T, C).</param>
    /// <param name="mask">What is hidden; null for nothing.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(Tensor input, AttentionMask? mask) => output.call(self.call(input, mask), input);
}
