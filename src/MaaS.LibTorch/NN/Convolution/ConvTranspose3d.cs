using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Transposed convolution over (N, C, D, H, W) or without N.</summary>
public sealed class ConvTranspose3d : ConvolutionTranspose
{
    internal ConvTranspose3d(long in_channels, long out_channels, (long, long, long) kernel_size, (long, long, long) stride, (long, long, long) padding, (long, long, long) dilation, (long, long, long) output_padding,
        long groups = 1, bool bias = true, PaddingModes padding_mode = PaddingModes.Zeros, Device? device = null, ScalarType? dtype = null)
        : base(nameof(ConvTranspose3d), in_channels, out_channels, [kernel_size.Item1, kernel_size.Item2, kernel_size.Item3], [stride.Item1, stride.Item2, stride.Item3],
            [padding.Item1, padding.Item2, padding.Item3], null, [dilation.Item1, dilation.Item2, dilation.Item3], true, [output_padding.Item1, output_padding.Item2, output_padding.Item3], groups, bias, padding_mode, device, dtype)
    {
    }

    public override Tensor forward(Tensor input, long[]? output_size) => Transpose(input, output_size, 3);
}
