using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace TorchSharp.Modules;

/// <summary>y = x Wᵀ + b over the last dimension.</summary>
public sealed class Linear : Module<Tensor, Tensor>
{
    [ComponentName(Name = nameof(weight))]
    private Parameter? _weight;

    [ComponentName(Name = nameof(bias))]
    private Parameter? _bias;

    internal Linear(long inputSize, long outputSize, bool hasBias = true, Device? device = null, ScalarType? dtype = null)
        : base(nameof(Linear))
    {
        in_features = inputSize;
        out_features = outputSize;
        weight = Parameter(empty([outputSize, inputSize], dtype, device));
        if (hasBias) bias = Parameter(empty([outputSize], dtype, device));
        init.kaiming_uniform_(weight, Math.Sqrt(5));
        if (bias is null) return;
        var bound = inputSize > 0 ? 1 / Math.Sqrt(inputSize) : 0;
        init.uniform_(bias, -bound, bound);
    }

    internal Linear(Parameter weight, Parameter? bias = null) : base(nameof(Linear))
    {
        in_features = weight.shape[1];
        out_features = weight.shape[0];
        this.weight = weight;
        if (bias is not null) this.bias = bias;
    }

    /// <summary>(out_features, in_features).</summary>
    public Parameter weight
    {
        get => _weight!;
        set => Assign(ref _weight, value, nameof(weight));
    }

    /// <summary>(out_features), or null.</summary>
    public Parameter? bias
    {
        get => _bias;
        set => Assign(ref _bias, value, nameof(bias));
    }

    public long in_features { get; set; }

    public long out_features { get; set; }

    public override Tensor forward(Tensor tensor) => functional.linear(tensor, weight, bias);
}
