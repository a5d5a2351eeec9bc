using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Pruning.Nets;

/// <summary>Convolution, depthwise and pointwise convolution, each with batch norm; global average; dense.</summary>
internal sealed class DepthwiseNet : SmallNet
{
    public readonly Conv2d conv = Conv2d(3, 8, 3, padding: 1, bias: false);
    public readonly BatchNorm2d norm1 = BatchNorm2d(8);
    public readonly Conv2d depthwise = Conv2d(8, 8, 3, padding: 1, groups: 8, bias: false);
    public readonly BatchNorm2d norm2 = BatchNorm2d(8);
    public readonly Conv2d pointwise = Conv2d(8, 12, 1, bias: false);
    public readonly BatchNorm2d norm3 = BatchNorm2d(12);
    public readonly Linear dense = Linear(12, 5);

    public DepthwiseNet()
        : base(nameof(DepthwiseNet)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        var x = functional.relu6(norm1.call(conv.call(input)));
        x = functional.relu6(norm2.call(depthwise.call(x)));
        x = functional.relu6(norm3.call(pointwise.call(x)));
        return dense.call(functional.adaptive_avg_pool2d(x, 1).flatten(1));
    }
}
