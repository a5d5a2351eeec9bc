using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Tests.Pruning.Nets;

/// <summary>One level down and up again, with a skip connection that is concatenated.</summary>
internal sealed class UNet : SmallNet
{
    public readonly Conv2d down = Conv2d(1, 4, 3, padding: 1);
    public readonly Conv2d bottom = Conv2d(4, 8, 3, padding: 1);
    public readonly ConvTranspose2d up = ConvTranspose2d(8, 6, 2, stride: 2);
    public readonly Conv2d head = Conv2d(10, 2, 1);

    public UNet()
        : base(nameof(UNet)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        var skip = functional.relu(down.call(input));                              // (B, 4, H, W)
        var x = functional.relu(bottom.call(functional.max_pool2d(skip, 2)));      // (B, 8, H/2, W/2)
        x = functional.gelu(up.call(x));                                           // (B, 6, H, W)
        return head.call(cat([skip, x], 1));                                       // (B, 2, H, W)
    }
}
