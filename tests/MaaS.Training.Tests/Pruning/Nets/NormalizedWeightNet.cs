using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Pruning.Nets;

/// <summary>Weight normalisation (Salimans and Kingma 2016) written in forward: a row's direction, and its length
/// beside it.</summary>
internal sealed class NormalizedWeightNet : SmallNet
{
    public readonly Linear first = Linear(6, 8);
    public readonly Parameter length = Parameter(ones(8, 1));
    public readonly Linear second = Linear(8, 3);

    public NormalizedWeightNet()
        : base(nameof(NormalizedWeightNet)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        var weight = first.weight! / first.weight!.norm(1, true) * length;
        return second.call(functional.linear(input, weight, first.bias).relu());
    }
}
