using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>Leaky ReLU with a learned slope, one for all channels or one for each.</summary>
public sealed class PReLU : Module<Tensor, Tensor>
{
    [ComponentName(Name = nameof(weight))]
    private Parameter? _weight;

    internal PReLU(long num_parameters, double init, Device? device = null, ScalarType? dtype = null) : base(nameof(PReLU))
    {
        this.num_parameters = num_parameters;
        this.init = init;
        weight = Parameter(full([num_parameters], init, dtype, device));
    }

    public Parameter weight
    {
        get => _weight!;
        set => Assign(ref _weight, value, nameof(weight));
    }

    public long num_parameters { get; }

    public double init { get; }

    public override Tensor forward(Tensor tensor) => functional.prelu(tensor, weight);
}
