using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Convolution over (N, C, D, H, W) or without N.</summary>
public sealed class Conv3d : Convolution
{
    internal Conv3d(long in_channels, long out_channels, (long, long, long) kernel_size, (long, long, long) stride, (long, long, long)? padding, Padding? padding_type, (long, long, long) dilation,
        long groups = 1, bool bias = true, PaddingModes padding_mode = PaddingModes.Zeros, Device? device = null, ScalarType? dtype = null)
        : base(nameof(Conv3d), in_channels, out_channels, [kernel_size.Item1, kernel_size.Item2, kernel_size.Item3], [stride.Item1, stride.Item2, stride.Item3],
            padding is { } p ? [p.Item1, p.Item2, p.Item3] : null, padding_type, [dilation.Item1, dilation.Item2, dilation.Item3], false, new long[3], groups, bias, padding_mode, device, dtype)
    {
    }

    public override Tensor forward(Tensor input) => Convolve(input, 3);
}
