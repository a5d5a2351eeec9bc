using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Bert;

/// <summary>A dense layer with tanh on the first token.</summary>
public sealed class BertPooler : Module<Tensor, Tensor>
{
    private readonly Linear dense;

    internal BertPooler(BertConfig config)
        : base(nameof(BertPooler))
    {
        dense = BertWeights.Dense(config.HiddenSize, config.HiddenSize, config);
        RegisterComponents();
    }

    /// <summary>One vector for each row.</summary>
    /// <param name="input">(B, T, C).</param>
    /// <returns>(B, C).</returns>
    public override Tensor forward(Tensor input) => dense.call(input.select(1, 0)).tanh();
}
