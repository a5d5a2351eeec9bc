using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Models.Transformers;

/// <summary>The factor that cosines are multiplied by before a softmax: the inverse of a temperature that is
/// learned.</summary>
/// <remarks>Radford et al. 2021, section 2.5: it starts from 1 / 0.07 and never passes 100.</remarks>
public sealed class LearnedScale : Module<Tensor, Tensor>
{
    private const double FirstTemperature = 0.07, LargestScale = 100;

    private readonly Parameter logScale;

    /// <summary>The scale that training starts from.</summary>
    public LearnedScale()
        : base(nameof(LearnedScale))
    {
        logScale = Parameter(tensor(new[] { (float)Math.Log(1 / FirstTemperature) }));
        RegisterComponents();
    }

    /// <summary>The scale, (1).</summary>
    public Tensor Value => logScale.exp().clamp_max(LargestScale);

    /// <summary>Scaled cosines.</summary>
    /// <param name="input">Cosines of any shape.</param>
    public override Tensor forward(Tensor input) => input * Value;
}
