using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>The wide dense layer of a layer, with its activation.</summary>
public sealed class BertIntermediate : Module<Tensor, Tensor>
{
    private readonly Linear dense;
    private readonly Module<Tensor, Tensor> activation;

    internal BertIntermediate(BertConfig config)
        : base(nameof(BertIntermediate))
    {
        dense = BertWeights.Dense(config.HiddenSize, config.IntermediateSize, config);
        activation = ActivationLayer.Create(config.Activation);
        RegisterComponents();
    }

    /// <summary>Transforms each position without looking at the others.</summary>
    /// <param name="input">(B, T, C).</param>
    /// <returns>(B, T, intermediate size).</returns>
    public override Tensor forward(Tensor input) => activation.call(dense.call(input));
}
