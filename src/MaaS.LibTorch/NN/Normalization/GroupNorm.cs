using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Normalisation of groups of channels of each sample (Wu and He 2018).</summary>
public sealed class GroupNorm : Module<Tensor, Tensor>
{
    [ComponentName(Name = nameof(bias))]
    private Parameter? _bias;

    [ComponentName(Name = nameof(weight))]
    private Parameter? _weight;

    internal GroupNorm(long num_groups, long num_channels, double eps, bool affine, Device? device, ScalarType? dtype) : base(nameof(GroupNorm))
    {
        this.num_groups = num_groups;
        this.eps = eps;
        this.affine = affine;
        if (!affine) return;
        weight = Parameter(ones([num_channels], dtype, device));
        bias = Parameter(zeros([num_channels], dtype, device));
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

    public long num_groups { get; set; }

    public double eps { get; set; }

    public bool affine { get; set; }

    public override Tensor forward(Tensor tensor)
    {
        if (tensor.dim() < 3) throw new ArgumentException($"Invalid number of dimensions for GroupNorm argument: {tensor.dim()}");
        return functional.group_norm(tensor, num_groups, weight, bias, eps);
    }
}
