using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Dropout that keeps mean and variance of self-normalising networks (Klambauer et al. 2017).</summary>
public sealed class AlphaDropout : ParameterLessModule<Tensor, Tensor>
{
    internal AlphaDropout(double p = 0.5, bool inplace = false) : base(nameof(AlphaDropout))
    {
        this.p = p;
        this.inplace = inplace;
    }

    public bool inplace { get; set; }

    public double p { get; set; }

    public override Tensor forward(Tensor tensor) => functional.alpha_dropout(tensor, p, training, inplace);
}
