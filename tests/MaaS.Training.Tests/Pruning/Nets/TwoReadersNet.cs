using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Pruning.Nets;

/// <summary>The halves of one dense layer are read by two others, one of them beside further features.</summary>
internal sealed class TwoReadersNet : SmallNet
{
    public readonly Linear both = Linear(6, 8);
    public readonly Linear left = Linear(6, 4);
    public readonly Linear fromLeft = Linear(8, 3);
    public readonly Linear fromRight = Linear(4, 3);

    public TwoReadersNet()
        : base(nameof(TwoReadersNet)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        var halves = functional.relu(both.call(input)).chunk(2, 1);   // (B, 4) twice
        return fromLeft.call(cat([halves[0], left.call(input)], 1)) + fromRight.call(halves[1]);
    }
}
