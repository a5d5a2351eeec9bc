using static TorchSharp.torch;
using static TorchSharp.torch.nn.functional;

namespace MaaS.Training.Startup;

/// <summary>Convolutions of one, two and three axes with few channels, and their transposes.</summary>
internal static class ConvolutionCases
{
    private static readonly string[] AllResults = ["output", "input gradient", "weight gradient", "bias gradient"];

    /// <summary>Input gradients alone, without a weight gradient.</summary>
    public static IReadOnlyList<OperatorCase> InputGradients { get; } =
    [
        Case(1, new Sizes(3, 2, 10, 3), weights: false),
        Case(1, new Sizes(4, 8, 12, 3), weights: false),
        Case(2, new Sizes(3, 2, 8, 3), weights: false),
    ];

    /// <summary>Outputs and all gradients.</summary>
    public static IReadOnlyList<OperatorCase> All { get; } =
    [
        .. One.Select(static sizes => Case(1, sizes)),
        .. Two.SelectMany(static sizes => new[] { Case(2, sizes), Case(2, sizes, channelsLast: true) }),
        .. Three.Select(static sizes => Case(3, sizes)),
        Case(1, new Sizes(3, 2, 10, 3), transposed: true),
        Case(1, new Sizes(8, 4, 6, 4, Stride: 2), transposed: true),
        Case(2, new Sizes(3, 2, 6, 3), transposed: true),
        Case(2, new Sizes(3, 2, 6, 3), transposed: true, channelsLast: true),
        Case(2, new Sizes(8, 4, 4, 2, Stride: 2), transposed: true),
        Case(3, new Sizes(3, 2, 4, 3), transposed: true),
    ];

    private static Sizes[] One =>
    [
        new(3, 2, 10, 3), new(1, 4, 16, 5, Stride: 2), new(4, 8, 12, 3), new(16, 16, 14, 3), new(5, 7, 11, 1),
        new(8, 8, 9, 3, Groups: 8),
    ];

    private static Sizes[] Two =>
        [new(3, 2, 8, 3), new(1, 4, 9, 5, Stride: 2), new(16, 16, 6, 3), new(5, 7, 6, 1), new(8, 8, 6, 3, Groups: 8)];

    private static Sizes[] Three => [new(3, 2, 5, 3), new(4, 8, 4, 2), new(8, 8, 4, 3, Groups: 8)];

    private static OperatorCase Case(
        int axes, Sizes s, bool transposed = false, bool channelsLast = false, bool weights = true)
    {
        long[] Spatial(long size) => [.. Enumerable.Repeat(size, axes)];
        var kind = transposed ? "conv_transpose" : s.Groups > 1 ? "depthwise conv" : "conv";
        var name = $"{kind}{axes}d{(channelsLast ? " channels-last" : "")}";
        long[] weight = transposed
            ? [s.In, s.Out / s.Groups, .. Spatial(s.Kernel)]
            : [s.Out, s.In / s.Groups, .. Spatial(s.Kernel)];
        Tensor[] Run(Tensor[] t)
        {
            Tensor[] leaves = weights ? t : [t[0]];
            foreach (var leaf in leaves)
            {
                leaf.requires_grad = true;
            }

            var (x, w) = channelsLast ? (ChannelsLast(t[0]), ChannelsLast(t[1])) : (t[0], t[1]);
            return Gradients.Of(transposed ? Transposed(axes, x, w, t[2], s) : Forward(axes, x, w, t[2], s), leaves);
        }

        return new OperatorCase(
            name, $"{s.In}→{s.Out} channels, size {s.Size}, kernel {s.Kernel}, stride {s.Stride}",
            [[2, s.In, .. Spatial(s.Size)], weight, [s.Out]], Run, weights ? AllResults : AllResults[..2]);
    }

    private static Tensor Forward(int axes, Tensor x, Tensor w, Tensor b, Sizes s) => axes switch
    {
        1 => conv1d(x, w, b, s.Stride, padding: 1, groups: s.Groups),
        2 => conv2d(x, w, b, [s.Stride, s.Stride], [1, 1], groups: s.Groups),
        _ => conv3d(x, w, b, [s.Stride, s.Stride, s.Stride], [1, 1, 1], groups: s.Groups),
    };

    private static Tensor Transposed(int axes, Tensor x, Tensor w, Tensor b, Sizes s) => axes switch
    {
        1 => conv_transpose1d(x, w, b, s.Stride),
        2 => conv_transpose2d(x, w, b, [s.Stride, s.Stride]),
        _ => conv_transpose3d(x, w, b, [s.Stride, s.Stride, s.Stride]),
    };

    // Strides (HWC, 1, WC, C).
    private static Tensor ChannelsLast(Tensor x) => x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);

    private readonly record struct Sizes(long In, long Out, long Size, long Kernel, long Stride = 1, long Groups = 1);
}
