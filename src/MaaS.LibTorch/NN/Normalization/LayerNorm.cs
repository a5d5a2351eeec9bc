using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Normalisation over the last dimensions of each sample (Ba et al. 2016).</summary>
public sealed class LayerNorm : Module<Tensor, Tensor>
{
    [ComponentName(Name = nameof(bias))]
    private Parameter? _bias;

    [ComponentName(Name = nameof(weight))]
    private Parameter? _weight;

    internal LayerNorm(long[] normalized_shape, double eps, bool elementwise_affine, bool bias, Device? device, ScalarType? dtype)
        : base(nameof(LayerNorm))
    {
        this.normalized_shape = normalized_shape;
        this.eps = eps;
        this.elementwise_affine = elementwise_affine;
        if (!elementwise_affine) return;
        weight = Parameter(ones(normalized_shape, dtype, device));
        if (bias) this.bias = Parameter(zeros(normalized_shape, dtype, device));
    }

    public Parameter? bias
    {
        get => _bias;
        set => Assign(ref _bias, value, nameof(bias));
    }

    public Parameter weight
    {
        get => _weight!;
        set => Assign(ref _weight, value, nameof(weight));
    }

    public long[] normalized_shape { get; set; }

    public double eps { get; set; }

    public bool elementwise_affine { get; set; }

    public void reset_parameters()
    {
        if (elementwise_affine) init.ones_(weight);
        if (bias is not null) init.zeros_(bias);
    }

    public override Tensor forward(Tensor tensor) => functional.layer_norm(tensor, normalized_shape, weight, bias, eps);
}
