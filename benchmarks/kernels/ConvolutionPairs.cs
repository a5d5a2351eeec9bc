using MaaS.Training.Kernels;
using static TorchSharp.torch;

namespace MaaS.Benchmarks.Kernels;

/// <summary>Convolution, ReLU and max-pooling of a first layer, forward and gradients of its weights.</summary>
internal static class ConvolutionPairs
{
    /// <summary>One pair for images of (B, C, H, H) and a convolution to O channels.</summary>
    public static Pair Create(long batch, long channels, long height, long outputs)
    {
        var conv = nn.Conv2d(channels, outputs, 3);
        Tensor[] parameters = [conv.weight!, conv.bias!];
        var images = randn(batch, height, height, channels).permute(0, 3, 1, 2);   // (B, C, H, H), channels-last
        var pooled = (height - 2) / 2;
        var gradient = randn(batch, outputs, pooled, pooled);
        var channelsLast = gradient.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        return new Pair(
            nameof(ConvReluPool), $"({batch},{channels},{height},{height}) to {outputs} channels", 1,
            () => autograd.grad([ConvReluPool.Call(images, conv)], parameters, [gradient]),
            () => autograd.grad(
                [nn.functional.max_pool2d(nn.functional.relu(conv.call(images)), 2)], parameters, [channelsLast]));
    }
}
