using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Zeroes whole channels with probability p in training and scales the rest by 1 / (1 - p).</summary>
public sealed class Dropout1d : ParameterLessModule<Tensor, Tensor>
{
    internal Dropout1d(double p = 0.5, bool inplace = false) : base(nameof(Dropout1d))
    {
        this.p = p;
        this.inplace = inplace;
    }

    public bool inplace { get; set; }

    public double p { get; set; }

    public override Tensor forward(Tensor tensor) => functional.dropout1d(tensor, p, training, inplace);
}
