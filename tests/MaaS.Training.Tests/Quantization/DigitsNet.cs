using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Quantization;

/// <summary>Two convolutions, the first with a batch norm, and a dense layer, for images of 8×8 pixels.</summary>
internal sealed class DigitsNet : Module<Tensor, Tensor>
{
    internal readonly Conv2d first = Conv2d(1, 8, 3, padding: 1);
    internal readonly BatchNorm2d norm = BatchNorm2d(8);
    internal readonly Conv2d second = Conv2d(8, 16, 3);
    internal readonly Linear dense = Linear(64, 10);

    public DigitsNet()
        : base(nameof(DigitsNet)) => RegisterComponents();

    /// <summary>Makes one channel between the convolutions 2,000 times as large as the others; the outputs stay the
    /// same.</summary>
    public void Unbalance()
    {
        const float Factor = 2000;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        norm.weight!.narrow(0, 0, 1).mul_(Factor);
        norm.bias!.narrow(0, 0, 1).mul_(Factor);
        second.weight.narrow(1, 0, 1).div_(Factor);
    }

    public override Tensor forward(Tensor input)
    {
        var x = functional.max_pool2d(functional.relu(norm.call(first.call(input))), 2);   // (B, 8, 4, 4)
        return dense.call(functional.relu(second.call(x)).flatten(1));                     // (B, 10)
    }
}
