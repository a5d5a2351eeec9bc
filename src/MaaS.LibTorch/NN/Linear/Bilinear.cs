using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>y = x₁ᵀ W x₂ + b.</summary>
public sealed class Bilinear : Module<Tensor, Tensor, Tensor>
{
    [ComponentName(Name = nameof(weight))]
    private Parameter? _weight;

    [ComponentName(Name = nameof(bias))]
    private Parameter? _bias;

    internal Bilinear(long in1_features, long in2_features, long out_features, bool hasBias = true, Device? device = null, ScalarType? dtype = null)
        : base(nameof(Bilinear))
    {
        this.in1_features = in1_features;
        this.in2_features = in2_features;
        this.out_features = out_features;
        weight = Parameter(empty([out_features, in1_features, in2_features], dtype, device));
        var bound = 1 / Math.Sqrt(in1_features);
        init.uniform_(weight, -bound, bound);
        if (!hasBias) return;
        bias = Parameter(empty([out_features], dtype, device));
        init.uniform_(bias, -bound, bound);
    }

    /// <summary>(out_features, in1_features, in2_features).</summary>
    public Parameter weight
    {
        get => _weight!;
        set => Assign(ref _weight, value, nameof(weight));
    }

    public Parameter? bias
    {
        get => _bias;
        set => Assign(ref _bias, value, nameof(bias));
    }

    public long in1_features { get; set; }

    public long in2_features { get; set; }

    public long out_features { get; set; }

    public override Tensor forward(Tensor input1, Tensor input2) => functional.bilinear(input1, input2, weight, bias);
}
