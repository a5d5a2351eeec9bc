using MaaS.Onnx;

namespace MaaS.Training.Pruning.Analysis;

/// <summary>A traced tensor, with the channels that its axes carry.</summary>
/// <param name="Shape">Sizes by axis, as traced.</param>
/// <param name="Axes">
/// By axis: null where the size is fixed, else one slot for each position (<see cref="Fixed"/> for a position that
/// stays).
/// </param>
/// <param name="IsParameter">Whether it is a parameter, or a parameter rearranged.</param>
internal sealed record ChannelTensor(IReadOnlyList<long> Shape, IReadOnlyList<int[]?> Axes, bool IsParameter = false)
{
    /// <summary>Stands in <see cref="Axes"/> for a position that is no channel.</summary>
    public const int Fixed = -1;

    public int Rank => Shape.Count;

    /// <summary>Whether some axis carries channels.</summary>
    public bool IsLabelled => Axes.Any(static axis => axis is not null);

    /// <summary>A tensor without channels.</summary>
    public static ChannelTensor Plain(IReadOnlyList<long> shape) => new(shape, new int[]?[shape.Count]);

    /// <summary>An axis as a non-negative index.</summary>
    public int Axis(long axis) => OnnxDimension.Axis(axis, Rank);

    /// <summary>The size of an axis once channels are removed.</summary>
    /// <param name="axis">A non-negative index.</param>
    /// <param name="removed">By slot.</param>
    public long Size(int axis, IReadOnlyList<bool> removed)
        => Axes[axis] is { } slots ? slots.LongCount(slot => slot == Fixed || !removed[slot]) : Shape[axis];
}
