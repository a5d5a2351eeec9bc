using MaaS.Training.Interop;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace MaaS.Training.Kernels;

/// <summary>Convolution, ReLU and 2×2 max-pooling: torch's operators, or one fused pass where that gives the
/// same.</summary>
internal static class ConvReluPool
{
    /// <summary>ReLU and max-pooling of a convolution.</summary>
    /// <param name="input">(B, C, H, W).</param>
    /// <param name="conv">Any convolution.</param>
    /// <returns>(B, O, ⌊H'/2⌋, ⌊W'/2⌋) of the convolution's (B, O, H', W').</returns>
    /// <remarks>
    /// The fused pass serves gradients of a first layer's weights on the CPU in float32: 3×3, stride 1, no padding. It
    /// would go around the hooks of a layer that imitates integers, and leaves such a layer to torch's operators.
    /// A step of ConvNet on 128 images took 28 ms with torch's operators in channels-last on one core of an Intel Xeon
    /// with AVX-512; the fused pass takes 1.2 ms, forward and backward (benchmarks/results/training.md).
    /// </remarks>
    public static Tensor Call(Tensor input, Conv2d conv)
    {
        var (weight, bias) = (conv.weight, conv.bias);
        return bias is not null && IsFusable(input, weight, conv)
            ? ConvReluPoolFunction.apply(input.contiguous(), weight, bias)
            : functional.max_pool2d(functional.relu(conv.call(input)), 2);
    }

    private static bool IsFusable(Tensor input, Tensor weight, Conv2d conv)
        => !PreparedLayers.Contains(conv) && is_grad_enabled() && weight.requires_grad && !input.requires_grad
            && input.device_type == DeviceType.CPU && input.dtype == ScalarType.Float32
            && weight.dtype == ScalarType.Float32
            && weight.shape is [_, _, 3, 3] && weight.is_contiguous()
            && input.dim() == 4 && input.shape[1] == weight.shape[1] && input.shape[2] >= 4 && input.shape[3] >= 4
            && input.shape[0] > 0 && HasPlainWindow(conv);

    private static bool HasPlainWindow(Conv2d conv)
        => conv is { groups: 1, padding_mode: PaddingModes.Zeros }
            && conv.stride is null or [1, 1] && conv.dilation is null or [1, 1] && conv.padding is null or [0, 0];
}
