using MaaS.Training.Tracing;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export;

/// <summary>A tensor of the traced module as a value of the ONNX graph.</summary>
/// <param name="Name">The value's name in the graph.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The sizes of its axes, as tracing saw them.</param>
public sealed record TracedTensor(string Name, DataType Type, IReadOnlyList<TracedSize> Shape)
{
    /// <summary>The number of axes.</summary>
    public int Rank => Shape.Count;

    /// <summary>An axis as a non-negative index.</summary>
    public int Axis(long axis) => (int)(axis < 0 ? axis + Math.Max(Rank, 1) : axis);
}
