using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Pruning.Nets;

/// <summary>Two convolutions with code of the test's between them.</summary>
internal sealed class ForwardNet : SmallNet
{
    public readonly Conv2d first = Conv2d(2, 8, 3, padding: 1);
    public readonly Conv2d second = Conv2d(8, 3, 1);

    private readonly Func<Tensor, Tensor> _between;

    public ForwardNet(Func<Tensor, Tensor> between)
        : base(nameof(ForwardNet))
    {
        _between = between;
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => second.call(_between(first.call(input))).mean([2, 3]);
}
