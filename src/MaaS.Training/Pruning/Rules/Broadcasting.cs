using MaaS.Training.Pruning.Analysis;

namespace MaaS.Training.Pruning.Rules;

/// <summary>Joins the channels of tensors that are combined element by element.</summary>
internal static class Broadcasting
{
    /// <summary>The channels of the result, by axis.</summary>
    public static int[]?[] Join(
        ChannelCall call, IReadOnlyList<long> shape, IReadOnlyList<ChannelTensor> operands, string why)
    {
        var axes = new int[]?[shape.Count];
        for (var axis = 0; axis < axes.Length; axis++)
        {
            var fromEnd = axes.Length - axis;
            var full = operands
                .Where(o => o.Rank >= fromEnd && o.Shape[^fromEnd] == shape[axis] && shape[axis] > 1)
                .Select(o => o.Axes[^fromEnd]).ToArray();
            if (full.Length > 0)
            {
                axes[axis] = full.Aggregate((a, b) => a is null && b is null ? null : call.Join(a, b, why));
            }
        }

        return axes;
    }
}
