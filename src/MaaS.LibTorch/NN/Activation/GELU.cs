using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>x times the normal distribution function of x (Hendrycks and Gimpel 2016).</summary>
public sealed class GELU : ParameterLessModule<Tensor, Tensor>
{
    internal GELU(bool inplace, Approximate approximate = Approximate.none) : base(nameof(GELU))
    {
        this.inplace = inplace;
        this.approximate = approximate;
    }

    /// <summary>How the distribution function is computed: exactly, or by tanh.</summary>
    public enum Approximate
    {
        none,
        tanh,
    }

    public bool inplace { get; set; }

    public Approximate approximate { get; set; }

    public override Tensor forward(Tensor tensor) => functional.gelu(tensor, approximate, inplace);
}
