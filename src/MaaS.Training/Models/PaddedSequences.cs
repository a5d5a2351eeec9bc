using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models;

/// <summary>Runs a model of token ids and a mask on ids alone: what equals the padding id is masked.</summary>
public sealed class PaddedSequences : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor, Tensor> model;
    private readonly int _padding, _unknown;
    private readonly double _tokenDropout;

    /// <summary>Wraps a model, which is disposed with this one.</summary>
    /// <param name="model">Takes ids (B, T) and a mask (B, T), both int64, and returns logits (B, classes).</param>
    /// <param name="padding">Id of padding.</param>
    /// <param name="unknown">Id of the unknown token.</param>
    /// <param name="tokenDropout">
    /// Share of tokens that training replaces by the unknown one, 0 to below 1, so that no single word decides (word
    /// dropout: Iyyer et al. 2015, section 4.1).
    /// </param>
    public PaddedSequences(Module<Tensor, Tensor, Tensor> model, int padding, int unknown = 0, double tokenDropout = 0)
        : base(nameof(PaddedSequences))
    {
        ArgumentNullException.ThrowIfNull(model);
        this.model = model;
        ArgumentOutOfRangeException.ThrowIfNegative(tokenDropout);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(tokenDropout, 1);
        (_padding, _unknown, _tokenDropout) = (padding, unknown, tokenDropout);
        RegisterComponents();
    }

    /// <summary>The model without the mask's rule.</summary>
    public Module<Tensor, Tensor, Tensor> Model => model;

    /// <summary>Logits of a batch.</summary>
    /// <param name="input">(B, T), int64: ids.</param>
    /// <returns>(B, classes).</returns>
    public override Tensor forward(Tensor input)
    {
        var mask = input.ne(_padding);   // (B, T)
        if (training && _tokenDropout > 0)
        {
            var dropped = rand(input.shape, device: input.device).lt(_tokenDropout).logical_and(mask);
            input = input.masked_fill(dropped, _unknown);
        }

        return model.call(input, mask.to(ScalarType.Int64));
    }
}
