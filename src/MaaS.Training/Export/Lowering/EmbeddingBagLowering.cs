using MaaS.Onnx;
using MaaS.Training.Tracing;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export.Lowering;

/// <summary>Sums, means or maxima of bags of table rows. Bags of one length are an axis to reduce; others are scattered
/// to the bag that each row belongs to.</summary>
internal static class EmbeddingBagLowering
{
    private const long Mean = 1, Max = 2;

    public static void Lower(OperatorCall call)
    {
        var indices = call.Tensor("indices");   // (N)
        var type = call.OutputType();
        long mode = call.Int("mode");
        string rows = call.Node("Gather", [call.Tensor("weight").Name, indices.Name]);   // (N, D)
        string? kept = null;                                                             // (N, 1)
        if (call.Has("padding_idx"))
        {
            if (mode == Max)
            {
                throw call.Unsupported("the largest row of a bag with padding has no ONNX form");
            }

            string isPadding = call.Node("Equal", [indices.Name, call.Scalar(call.Int("padding_idx"), indices.Type)]);
            kept = Column(call, call.Cast(call.Node("Not", [isPadding]), DataType.Bool, type));
            rows = call.Node("Mul", [rows, kept]);
        }
        if (call.OptionalTensor("per_sample_weights") is { } weights)
        {
            rows = call.Node("Mul", [rows, Column(call, weights.Name)]);
        }

        var width = call.OutputShape()[1];
        long? length = Length(call, indices);
        if (mode == Max || (mode == Mean && length is not null && kept is null))
        {
            if (length is null)
            {
                throw call.Unsupported("the largest row of bags of different lengths; pass (B, L) indices");
            }

            call.Return(Reduce(call, mode == Max ? "ReduceMax" : "ReduceMean", rows, length.Value, width));
            return;
        }
        Func<string, TracedSize, string> sum = length is { } bag
            ? (value, columns) => Reduce(call, "ReduceSum", value, bag, columns)
            : Scatter(call, indices);
        string total = sum(rows, width);   // (B, D)
        if (mode == Mean)
        {
            kept ??= CreationLowerings.Filled(call, 1, type, [indices.Shape[0], 1]);
            // A bag without rows is zeros.
            total = call.Node("Div", [total, call.Node("Max", [sum(kept, 1), call.Scalar(1, type)])]);
        }
        call.Return(total);
    }

    // (B · L, D) → (B, L, D) → (B, D)
    private static string Reduce(OperatorCall call, string op, string value, long length, TracedSize width)
    {
        string bags = call.Node("Reshape", [value, call.Graph.Ints(-1, length, width.Value)]);
        return ReductionLowerings.Reduce(call, op, bags, [1], keep: false);
    }

    private static string Column(OperatorCall call, string vector)
        => call.Node("Unsqueeze", [vector, call.Graph.Ints(1)]);

    // The length of all bags where the offsets are 0, L, 2L …, as EmbeddingBag makes them for (B, L) indices.
    private static long? Length(OperatorCall call, TracedTensor indices)
    {
        string offsets = call.Tensor("offsets").Name;
        if (call.Graph.Graph.Node.LastOrDefault(node => node.Output.Contains(offsets)) is not { OpType: "Range" } range)
        {
            return null;
        }

        long? Constant(int input) =>
            call.Graph.Graph.Initializer.FirstOrDefault(tensor => tensor.Name == range.Input[input])?.ToInt64Array()[0];
        return Constant(0) == 0 && Constant(2) is { } step
            && TracedSize.Map(indices.Shape[0], call.OutputShape()[0], (n, bags) => n == bags * step ? 1 : 0).Is(1)
                ? step : null;
    }

    private static Func<string, TracedSize, string> Scatter(OperatorCall call, TracedTensor indices)
    {
        var type = call.OutputType();
        var n = indices.Shape[0];
        var bags = call.OutputShape()[0];
        var offsets = call.Tensor("offsets");
        // Each offset counts one up; the running sum is the bag of a row.
        string zeros = CreationLowerings.Filled(call, 0, DataType.Int64, [n + 1]);
        string ones = CreationLowerings.Filled(call, 1, DataType.Int64, offsets.Shape);
        string starts = call.Node("ScatterElements", [zeros, offsets.Name, ones], ("axis", 0), ("reduction", "add"));
        string running = call.Node("CumSum", [call.Slice(starts, 0, 0, n), call.Graph.Scalar(0L)]);
        string bag = Column(call, call.Node("Sub", [running, call.Graph.Scalar(1L)]));   // (N, 1)

        return (value, width) => call.Node("ScatterElements",
            [
                CreationLowerings.Filled(call, 0, type, [bags, width]),
                call.Node("Expand", [bag, call.SizeVector([n, width])]), value,
            ], ("axis", 0), ("reduction", "add"));
    }
}
