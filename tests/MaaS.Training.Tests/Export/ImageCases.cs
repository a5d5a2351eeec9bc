using static MaaS.Training.Tests.Export.OperatorCase;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace MaaS.Training.Tests.Export;

/// <summary>Functional convolutions, pools, padding, resizing.</summary>
public static class ImageCases
{
    private static readonly long[] Image = [2, 4, 8, 6];

    public static IEnumerable<OperatorCase> All =>
    [
        Of("conv1d", [2, 4, 9], x => F.conv1d(x, Weight(3, 4, 3), Weight(3), stride: 2, padding: 1)),
        Of("conv2d", Image, x => F.conv2d(x, Weight(3, 4, 3, 3), Weight(3))),
        Of("conv2d_grouped", Image, x => F.conv2d(x, Weight(4, 2, 3, 3), null, groups: 2)),
        Of("conv2d_depthwise", Image, x => F.conv2d(x, Weight(4, 1, 3, 3), null, padding: [1, 1], groups: 4)),
        Of("conv2d_dilated", Image, x => F.conv2d(x, Weight(3, 4, 2, 2), null, dilation: [2, 2])),
        Of("conv2d_strides", Image, x => F.conv2d(x, Weight(3, 4, 3, 2), null, strides: [2, 1], padding: [1, 0])),
        Of("conv3d", [2, 2, 4, 4, 4], x => F.conv3d(x, Weight(3, 2, 2, 2, 2), Weight(3))),
        Of("conv_transpose1d", [2, 4, 9], x => F.conv_transpose1d(x, Weight(4, 3, 3), Weight(3), stride: 2)),
        Of("conv_transpose2d", Image, x => F.conv_transpose2d(
            x, Weight(4, 3, 3, 3), Weight(3), strides: [2, 2], padding: [1, 1], output_padding: [1, 1])),
        Of("max_pool1d", [2, 4, 9], x => F.max_pool1d(x, 3, 2)), Of("max_pool2d", Image, x => F.max_pool2d(x, 2)),
        Of("max_pool2d_overlap", Image, x => F.max_pool2d(x, 3, 2, 1)),
        Of("max_pool2d_ceil", [2, 4, 7, 5], x => F.max_pool2d(x, 2, ceil_mode: true)),
        Of("avg_pool1d", [2, 4, 9], x => F.avg_pool1d(x, 3, 2)), Of("avg_pool2d", Image, x => F.avg_pool2d(x, 2)),
        Of("avg_pool2d_pad", Image, x => F.avg_pool2d(x, 3, 2, 1)),
        Of("avg_pool2d_exclude_pad", Image, x => F.avg_pool2d(x, 3, 2, 1, count_include_pad: false)),
        Of("adaptive_avg_pool1d", [2, 4, 9], x => F.adaptive_avg_pool1d(x, 3)),
        Of("adaptive_avg_pool2d", Image, x => F.adaptive_avg_pool2d(x, 1)),
        Of("adaptive_avg_pool2d_even", Image, x => F.adaptive_avg_pool2d(x, (4, 3))),
        Of("adaptive_max_pool2d", Image, x => F.adaptive_max_pool2d(x, [2, 2])),
        Of("adaptive_avg_pool1d_uneven", [2, 4, 10], x => F.adaptive_avg_pool1d(x, 4)),
        Of("adaptive_avg_pool2d_uneven", Image, x => F.adaptive_avg_pool2d(x, (3, 4))),
        Of("adaptive_avg_pool2d_grows", [2, 4, 1, 2], x => F.adaptive_avg_pool2d(x, (7, 7))),
        Of("adaptive_avg_pool3d_uneven", [2, 2, 5, 4, 3], x => F.adaptive_avg_pool3d(x, [2, 3, 3])),
        Of("adaptive_max_pool2d_uneven", Image, x => F.adaptive_max_pool2d(x, [3, 4])),
        Of("batch_norm", Image, x => F.batch_norm(x, Weight(4), Weight(4).abs() + 1, Weight(4), Weight(4))),
        Of("layer_norm", Image, x => F.layer_norm(x, [6], Weight(6), Weight(6))),
        Of("layer_norm_plain", Image, x => F.layer_norm(x, [8, 6])),
        Of("instance_norm", Image, x => F.instance_norm(x)),
        Of("group_norm", Image, x => F.group_norm(x, 2, Weight(4), Weight(4))),
        Of("linear", [3, 4], x => F.linear(x, Weight(5, 4), Weight(5))),
        Of("linear_no_bias", [3, 2, 4], x => F.linear(x, Weight(5, 4))),
        Of("linear_3d", [3, 2, 4], x => F.linear(x, Weight(5, 4), Weight(5))),
        Of("pad", Image, x => F.pad(x, (1, 2, 3, 0), value: 1.5)), Of("pad_last", Image, x => F.pad(x, (1, 2))),
        Of("pad_reflect", Image, x => F.pad(x, (1, 2, 3, 0), TorchSharp.PaddingModes.Reflect)),
        Of("pad_replicate", Image, x => F.pad(x, (1, 2, 3, 0), TorchSharp.PaddingModes.Replicate)),
        Of("pad_circular", Image, x => F.pad(x, (1, 2, 3, 0), TorchSharp.PaddingModes.Circular)),
        Of("nearest", Image, x => F.interpolate(x, scale_factor: [2, 3])),
        Of("nearest_fraction", Image, x => F.interpolate(x, scale_factor: [1.5, 0.5])),
        Of("bilinear_fraction", Image, x => F.interpolate(
            x, scale_factor: [0.6, 1.4], mode: InterpolationMode.Bilinear, align_corners: false)),
        Of("bilinear_fraction_corners", Image, x => F.interpolate(
            x, scale_factor: [0.6, 1.4], mode: InterpolationMode.Bilinear, align_corners: true)),
        Of("nearest_size", Image, x => F.interpolate(x, size: [5, 9])),
        Of("bilinear_resize", Image, x => F.interpolate(
            x, scale_factor: [2, 2], mode: InterpolationMode.Bilinear, align_corners: false)),
        Of("bilinear_corners", Image, x => F.interpolate(
            x, size: [13, 5], mode: InterpolationMode.Bilinear, align_corners: true)),
        Of("bicubic", Image, x => F.interpolate(
            x, scale_factor: [2, 2], mode: InterpolationMode.Bicubic, align_corners: false)),
        Of("linear_resize", [2, 4, 9], x => F.interpolate(
            x, scale_factor: [2], mode: InterpolationMode.Linear, align_corners: false)),
        Of("grid_sample", Image, x => F.grid_sample(x, Grid(x))),
        Of("grid_sample_corners", Image, x => F.grid_sample(x, Grid(x), align_corners: true)),
        Of("grid_sample_nearest", Image, x => F.grid_sample(x, Grid(x), GridSampleMode.Nearest)),
        Of("grid_sample_border", Image, x => F.grid_sample(x, Grid(x), padding_mode: GridSamplePaddingMode.Border)),
        Of("grid_sample_reflection", Image, x => F.grid_sample(
            x, Grid(x), padding_mode: GridSamplePaddingMode.Reflection)),
        Of("unfold", Image, x => F.unfold(x, 3)),
        Of("unfold_options", Image, x => F.unfold(x, (3, 2), dilation: (2, 1), padding: (1, 0), stride: (2, 3))),
        Of("fold", [2, 12, 35], x => F.fold(x, (8, 6), (2, 2))),
        Of("fold_overlap", [2, 18, 12], x => F.fold(x, (8, 6), (3, 3), padding: (1, 1), stride: (2, 2))),
        Of("fold_unfold", Image, x => F.fold(F.unfold(x, 2, stride: 2), (8, 6), (2, 2), stride: (2, 2))),
        Of("pixel_shuffle", Image, x => F.pixel_shuffle(x, 2)),
        Of("pixel_unshuffle", Image, x => F.pixel_unshuffle(x, 2)),
        Of("channel_shuffle", Image, x => x.channel_shuffle(2)),
    ];

    // Points in and around the image, (N, 5, 3, 2).
    private static Tensor Grid(Tensor x)
        => linspace(-1.4, 1.3, 30).view(1, 5, 3, 2) + (x.mean([1, 2, 3]).view(-1, 1, 1, 1) * 0.1);

    private static Tensor Weight(params long[] shape)
        => linspace(-1, 1, shape.Aggregate(1L, static (a, b) => a * b)).view(shape);
}
