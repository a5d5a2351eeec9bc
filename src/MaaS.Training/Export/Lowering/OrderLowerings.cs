using MaaS.Training.Tracing;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export.Lowering;

/// <summary>Values by their place in an order, and places by their value.</summary>
internal static class OrderLowerings
{
    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::kthvalue"] = call => Smallest(call, static (call, _) => call.Size("k")),
        // Of two in the middle torch takes the lower one.
        ["aten::median"] = call => Smallest(call, static (_, size) => size.Map(static n => (n + 1) / 2)),
        ["aten::bucketize"] = call => Places(call, call.Tensor("self"), call.Tensor("boundaries")),
        ["aten::searchsorted"] = call => Places(call, call.Tensor("self"), call.Tensor("sorted_sequence")),
    };

    // The last of the k smallest, and where it was.
    private static void Smallest(OperatorCall call, Func<OperatorCall, TracedSize, TracedSize> rank)
    {
        var x = call.Tensor("self");
        bool overAll = !call.Has("dim");
        int axis = overAll ? 0 : x.Axis(call.Int("dim"));
        var size = overAll
            ? x.Shape.Aggregate((TracedSize)1, static (n, s) => TracedSize.Map(n, s, static (a, b) => a * b))
            : x.Shape[axis];
        string value = overAll ? call.Node("Reshape", [x.Name, call.Graph.Ints(-1)]) : x.Name;
        string[] sorted = call.Graph.Nodes(
            "TopK", [value, call.SizeVector(rank(call, size))], 2, ("axis", axis), ("largest", 0), ("sorted", 1));
        bool keep = !overAll && call.Flag("keepdim");
        call.Return([.. sorted.Take(call.OutputCount).Select(part => call.Node(
            "Gather", [part, keep ? call.Graph.Ints(-1) : call.Graph.Scalar(-1L)], ("axis", axis)))]);
    }

    // As many boundaries lie below a value (or are equal, from the right) as its place says.
    private static void Places(OperatorCall call, TracedTensor values, TracedTensor boundaries)
    {
        if (call.Has("sorter"))
        {
            throw call.Unsupported("a sorter has no ONNX form; sort the sequence first");
        }

        bool right = call.Flag("right") || call.Text("side") == "right";
        string column = call.Node("Unsqueeze", [call.Cast(values, boundaries.Type), call.Graph.Ints(values.Rank)]);
        string row = boundaries.Rank == 1
            ? boundaries.Name
            : call.Node("Unsqueeze", [boundaries.Name, call.Graph.Ints(boundaries.Rank - 1)]);
        string below = call.Cast(
            call.Node(right ? "LessOrEqual" : "Less", [row, column]), DataType.Bool, DataType.Int64);
        string count = ReductionLowerings.Reduce(call, "ReduceSum", below, [values.Rank], keep: false);
        call.Return(call.Cast(count, DataType.Int64, call.OutputType()));
    }
}
