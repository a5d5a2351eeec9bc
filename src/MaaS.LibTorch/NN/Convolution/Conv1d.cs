using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>Convolution over (N, C, L) or without N.</summary>
public sealed class Conv1d : Convolution
{
    internal Conv1d(long in_channels, long out_channels, long kernel_size, long stride, long? padding, Padding? padding_type, long dilation,
        long groups = 1, bool bias = true, PaddingModes padding_mode = PaddingModes.Zeros, Device? device = null, ScalarType? dtype = null)
        : base(nameof(Conv1d), in_channels, out_channels, [kernel_size], [stride],
            padding is { } p ? [p] : null, padding_type, [dilation], false, new long[1], groups, bias, padding_mode, device, dtype)
    {
    }

    public override Tensor forward(Tensor input) => Convolve(input, 1);
}
