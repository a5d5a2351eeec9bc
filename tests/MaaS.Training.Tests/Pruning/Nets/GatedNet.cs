using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Pruning.Nets;

/// <summary>A dense layer whose halves gate each other, as in a gated linear unit.</summary>
internal sealed class GatedNet : SmallNet
{
    public readonly Linear first = Linear(6, 16);
    public readonly Linear second = Linear(8, 3);

    public GatedNet()
        : base(nameof(GatedNet)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        var halves = first.call(input).chunk(2, 1);
        return second.call(halves[0] * halves[1].sigmoid());
    }
}
