using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Operators over the last axes of an image, a sequence or a volume: pooling and interpolation.</summary>
internal sealed class SpatialRule : IChannelRule
{
    private static readonly string[] Sized =
    [
        "max_pool", "avg_pool", "adaptive_avg_pool", "adaptive_max_pool", "upsample_nearest", "_upsample_nearest_exact",
        "upsample_linear", "upsample_bilinear", "upsample_bicubic", "upsample_trilinear", "lp_pool",
    ];

    public IEnumerable<string> Operators { get; } =
    [
        .. Sized.SelectMany(static name => (string[])[$"{name}1d", $"{name}2d", $"{name}3d"]),
        "max_pool1d_with_indices", "max_pool2d_with_indices", "max_pool3d_with_indices",
    ];

    public void Apply(ChannelCall call)
    {
        var input = call.Tensor("self", "input");
        var spatial = call.Name[call.Name.IndexOfAny(['1', '2', '3'])] - '0';
        var axes = input.Axes.ToArray();
        for (var axis = input.Rank - spatial; axis < axes.Length; axis++)
        {
            call.Pin(axes[axis], "pools over them");
            axes[axis] = null;
        }

        call.Return([.. call.OutputShapes.Select(shape => new ChannelTensor(shape, axes))]);
    }
}
