using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using F = TorchSharp.torch.nn.functional;

namespace MaaS.Training.Tests.Export.Sizes;

/// <summary>A U-Net of any height and width: what pooling cut off is padded again, before it meets its skip
/// connection.</summary>
internal sealed class PaddedUNet : Module<Tensor, Tensor>
{
    private readonly Conv2d first = Conv2d(3, 4, 3, padding: 1);
    private readonly Conv2d second = Conv2d(4, 6, 3, padding: 1);
    private readonly Conv2d bottom = Conv2d(6, 8, 3, padding: 1);
    private readonly ConvTranspose2d upper = ConvTranspose2d(8, 6, 2, stride: 2);
    private readonly ConvTranspose2d lower = ConvTranspose2d(12, 4, 2, stride: 2);
    private readonly Conv2d head = Conv2d(8, 2, 1);

    public PaddedUNet()
        : base(nameof(PaddedUNet)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        var a = F.relu(first.call(input));                        // (B, 4, H, W)
        var b = F.relu(second.call(F.max_pool2d(a, 2)));          // (B, 6, H/2, W/2)
        var c = F.relu(bottom.call(F.max_pool2d(b, 2)));          // (B, 8, H/4, W/4)
        var x = Joined(upper.call(c), b);                         // (B, 12, H/2, W/2)
        return head.call(Joined(lower.call(x), a));               // (B, 2, H, W)
    }

    private static Tensor Joined(Tensor up, Tensor skip)
    {
        long dx = skip.shape[3] - up.shape[3], dy = skip.shape[2] - up.shape[2];
        return cat([skip, F.pad(up, [dx / 2, dx - (dx / 2), dy / 2, dy - (dy / 2)])], 1);
    }
}

/// <summary>Pads height and width to multiples of 32, as encoders with five strides ask for, and cuts the result
/// back.</summary>
internal sealed class MultipleOf32 : Module<Tensor, Tensor>
{
    private readonly Conv2d conv = Conv2d(1, 2, 3, padding: 1);

    public MultipleOf32()
        : base(nameof(MultipleOf32)) => RegisterComponents();

    public override Tensor forward(Tensor input)
    {
        long h = input.shape[2], w = input.shape[3];
        var padded = F.pad(input, [0, ((w + 31) / 32 * 32) - w, 0, ((h + 31) / 32 * 32) - h]);
        return conv.call(padded)[TensorIndex.Ellipsis, TensorIndex.Slice(0, h), TensorIndex.Slice(0, w)];
    }
}
