using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>A convolution's gradient with respect to its input, used as a layer.</summary>
public abstract class ConvolutionTranspose : Convolution
{
    protected ConvolutionTranspose(string name, long in_channels, long out_channels, long[] kernel_size, long[] stride, long[]? padding,
        Padding? padding_type, long[] dilation, bool transposed, long[] output_padding, long groups, bool bias, PaddingModes padding_mode,
        Device? device = null, ScalarType? dtype = null)
        : base(name, in_channels, out_channels, kernel_size, stride, padding, padding_type, dilation, transposed, output_padding, groups,
            bias, padding_mode, device, dtype)
    {
    }

    public override Tensor forward(Tensor input) => forward(input, null);

    /// <summary>Forward to a wanted size, which resolves the ambiguity of strided convolutions.</summary>
    public abstract Tensor forward(Tensor input, long[]? output_size);

    /// <summary>The padding of the output that yields the wanted size.</summary>
    /// <exception cref="ArgumentException">No output padding yields that size.</exception>
    protected long[] _output_padding(Tensor input, long[]? output_size, long[] kernel_size, long[] stride, long[] padding, long[] dilation, long num_spatial_dims)
    {
        if (output_size is null) return output_padding;
        var dims = (int)num_spatial_dims;
        var leading = (int)input.dim() - dims;
        if (output_size.Length == dims + leading) output_size = output_size[leading..];
        if (output_size.Length != dims)
            throw new ArgumentException(
                $"ConvTranspose{dims}D: for {input.dim()}D input, output_size must have {dims} or {dims + leading} elements (got {output_size.Length})", nameof(output_size));
        var result = new long[dims];
        for (var d = 0; d < dims; d++)
        {
            var least = ((input.shape[d + leading] - 1) * stride[d]) - (2 * padding[d]) + (dilation[d] * (kernel_size[d] - 1)) + 1;
            result[d] = output_size[d] - least;
            if (result[d] < 0 || result[d] >= stride[d])
                throw new ArgumentException(
                    $"Requested an output size of {output_size[d]} in dimension {d}, but valid sizes range from {least} to {least + stride[d] - 1}");
        }
        return result;
    }

    private protected Tensor Transpose(Tensor input, long[]? output_size, int dimensions)
    {
        CheckShape(input, dimensions);
        var extra = _output_padding(input, output_size, kernel_size, stride, padding!, dilation, dimensions);
        return nn.functional.ConvolveTransposed(dimensions, input, weight, bias, stride, padding!, extra, dilation, groups);
    }
}
