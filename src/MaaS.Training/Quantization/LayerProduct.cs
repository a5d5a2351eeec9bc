using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace MaaS.Training.Quantization;

/// <summary>Runs a layer with other weights than its own.</summary>
internal static class LayerProduct
{
    /// <summary>The layer's weight; null for a module that has no integer product.</summary>
    public static Tensor? Weight(nn.Module module) => module switch
    {
        Linear linear => linear.weight,
        Conv1d or Conv2d => ((Convolution)module).weight,
        _ => null,
    };

    /// <summary>What the layer gives for an input with a weight of the same shape as its own.</summary>
    public static Tensor Call(nn.Module module, Tensor input, Tensor weight) => module switch
    {
        Linear linear => nn.functional.linear(input, weight, linear.bias),
        Conv1d conv => Convolve(conv, input, weight),
        Conv2d conv => Convolve(conv, input, weight),
        _ => throw new ArgumentException($"expected Linear, Conv1d or Conv2d, got {module.GetName()}", nameof(module)),
    };

    private static Tensor Convolve(Convolution conv, Tensor input, Tensor weight)
    {
        var isPlain = conv is { padding_mode: PaddingModes.Zeros, padding_type: null };
        var padded = isPlain ? input : Pad(conv, input);
        var padding = isPlain ? conv.padding! : new long[conv.kernel_size.Length];
        return conv is Conv1d
            ? nn.functional.conv1d(padded, weight, conv.bias, conv.stride[0], padding[0], conv.dilation[0], conv.groups)
            : nn.functional.conv2d(padded, weight, conv.bias, conv.stride, padding, conv.dilation, conv.groups);
    }

    private static Tensor Pad(Convolution conv, Tensor input)
    {
        // (before, after) for each axis, the last one first. TorchSharp 0.107 gives the sizes of Padding.Same to the
        // axes in the other order where the mode is not Zeros; what is rounded here has to be the layer's own product.
        var axes = Enumerable.Range(0, conv.kernel_size.Length);
        var isSwapped = conv.padding_type == Padding.Same && conv.padding_mode != PaddingModes.Zeros;
        var sizes = (isSwapped ? axes : axes.Reverse()).SelectMany(i =>
        {
            var both = conv.padding_type switch
            {
                Padding.Same => conv.dilation[i] * (conv.kernel_size[i] - 1),
                Padding.Valid => 0,
                _ => 2 * conv.padding![i],
            };
            return new[] { both / 2, both - (both / 2) };
        }).ToArray();
        return nn.functional.pad(
            input, sizes, conv.padding_mode == PaddingModes.Zeros ? PaddingModes.Constant : conv.padding_mode, 0);
    }
}
