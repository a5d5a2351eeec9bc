using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers.Llama;

/// <summary>Divides each position's features by the root of their mean square, and scales each of them.</summary>
/// <remarks>Zhang, Sennrich 2019: Root mean square layer normalization, equation 4.</remarks>
public sealed class RmsNorm : Module<Tensor, Tensor>
{
    private readonly Parameter weight;
    private readonly double _epsilon;

    /// <summary>Scales of one.</summary>
    /// <param name="width">Features, at least 1.</param>
    /// <param name="epsilon">Added to the mean square, above 0.</param>
    public RmsNorm(long width, double epsilon = 1e-5)
        : base(nameof(RmsNorm))
    {
        ModelCheck.AtLeast(width, 1, nameof(width));
        weight = new Parameter(ones(width));
        _epsilon = epsilon;
        RegisterComponents();
    }

    /// <summary>Normalises the last axis.</summary>
    /// <param name="input">(…, C).</param>
    /// <returns>(…, C).</returns>
    public override Tensor forward(Tensor input)
        => input / (input.pow(2).mean([-1], keepdim: true) + _epsilon).sqrt() * weight;
}
