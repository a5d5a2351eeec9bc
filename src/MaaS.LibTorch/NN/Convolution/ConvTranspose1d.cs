using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Transposed convolution over (N, C, L) or without N.</summary>
public sealed class ConvTranspose1d : ConvolutionTranspose
{
    internal ConvTranspose1d(long in_channels, long out_channels, long kernel_size, long stride, long padding, long dilation, long output_padding,
        long groups = 1, bool bias = true, PaddingModes padding_mode = PaddingModes.Zeros, Device? device = null, ScalarType? dtype = null)
        : base(nameof(ConvTranspose1d), in_channels, out_channels, [kernel_size], [stride],
            [padding], null, [dilation], true, [output_padding], groups, bias, padding_mode, device, dtype)
    {
    }

    public override Tensor forward(Tensor input, long[]? output_size) => Transpose(input, output_size, 1);
}
