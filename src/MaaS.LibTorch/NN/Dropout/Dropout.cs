using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Zeroes elements with probability p in training and scales the rest by 1 / (1 - p).</summary>
public sealed class Dropout : ParameterLessModule<Tensor, Tensor>
{
    internal Dropout(double p = 0.5, bool inplace = false) : base(nameof(Dropout))
    {
        this.p = p;
        this.inplace = inplace;
    }

    public bool inplace { get; set; }

    public double p { get; set; }

    public override Tensor forward(Tensor tensor) => functional.dropout(tensor, p, training, inplace);
}
