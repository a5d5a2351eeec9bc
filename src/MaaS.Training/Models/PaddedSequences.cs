using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models;

/// <summary>Runs a model of token ids and a mask on ids alone: what equals the padding id is masked.</summary>
public sealed class PaddedSequences : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor, Tensor> model;
    private readonly int _padding;

    /// <summary>Wraps a model, which is disposed with this one.</summary>
    /// <param name="model">Takes ids (B, T) and a mask (B, T), both int64, and returns logits (B, classes).</param>
    /// <param name="padding">Id of padding.</param>
    public PaddedSequences(Module<Tensor, Tensor, Tensor> model, int padding)
        : base(nameof(PaddedSequences))
    {
        ArgumentNullException.ThrowIfNull(model);
        this.model = model;
        _padding = padding;
        RegisterComponents();
    }

    /// <summary>The model without the mask's rule.</summary>
    public Module<Tensor, Tensor, Tensor> Model => model;

    /// <summary>Logits of a batch.</summary>
    /// <param name="input">(B, T), int64: ids.</param>
    /// <returns>(B, classes).</returns>
    public override Tensor forward(Tensor input) => model.call(input, input.ne(_padding).to(ScalarType.Int64));
}
