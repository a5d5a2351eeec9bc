using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>A dense layer that is added to the input of its block and normalised.</summary>
public sealed class BertOutput : Module<Tensor, Tensor, Tensor>
{
    private readonly Linear dense;

    [ComponentName(Name = "LayerNorm")]
    private readonly LayerNorm norm;

    private readonly Dropout dropout;

    internal BertOutput(long inputs, BertConfig config)
        : base(nameof(BertOutput))
    {
        dense = BertWeights.Dense(inputs, config.HiddenSize, config);
        norm = LayerNorm(config.HiddenSize, config.LayerNormEps);
        dropout = Dropout(config.HiddenDropoutProb);
        RegisterComponents();
    }

    /// <summary>The end of a block.</summary>
    /// <param name="input">(B, T, inputs).</param>
    /// <param name="residual">(B, T, C): what the block read.</param>
    /// <returns>(B, T, C).</returns>
    public override Tensor forward(Tensor input, Tensor residual)
        => norm.call(residual + dropout.call(dense.call(input)));
}
