using MaaS.Training.Tracing;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export.Lowering;

/// <summary>Lookups and writes by index.</summary>
internal static class IndexingLowerings
{
    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::embedding"] = Embedding,
        ["aten::embedding_bag"] = EmbeddingBagLowering.Lower,
        ["aten::index_select"] = IndexSelect,
        ["aten::gather"] = Gather,
        ["aten::take_along_dim"] = TakeAlong,
        ["aten::take"] = Take,
        ["aten::scatter"] = Scatter,
        ["aten::scatter_add"] = Scatter,
        ["aten::scatter_reduce"] = Scatter,
        ["aten::index_add"] = IndexAdd,
        ["aten::index_fill"] = IndexFill,
        ["aten::index_copy"] = IndexCopy,
        ["aten::index"] = Index,
        ["aten::index_put"] = IndexPut,
        ["aten::nonzero"] = NonZero,
        ["aten::masked_select"] = MaskedSelect,
        ["aten::one_hot"] = OneHot,
        ["aten::diagonal"] = Diagonal,
        ["aten::diag"] = Diagonal,
    };

    private static void Embedding(OperatorCall call) =>
        call.Return(call.Node("Gather", [call.Tensor("weight").Name, call.Tensor("indices").Name]));

    private static void IndexSelect(OperatorCall call)
    {
        var x = call.Tensor("self");
        call.Return(call.Node("Gather", [x.Name, call.Tensor("index").Name], ("axis", x.Axis(call.Int("dim")))));
    }

    private static void Gather(OperatorCall call)
    {
        var x = call.Tensor("self");
        var index = call.Tensor("index");
        int axis = x.Axis(call.Int("dim"));
        call.Return(call.Node("GatherElements", [Fit(call, x, index, axis), index.Name], ("axis", axis)));
    }

    private static void TakeAlong(OperatorCall call)
    {
        var x = call.Tensor("self");
        var index = call.Tensor("indices");
        if (!call.Has("dim"))
        {
            string flat = call.Node("Reshape", [index.Name, call.Graph.Ints(-1)]);
            call.Return(call.Node("Gather", [call.Node("Reshape", [x.Name, call.Graph.Ints(-1)]), flat]));
            return;
        }
        int axis = x.Axis(call.Int("dim"));
        string spread = index.Shape.SequenceEqual(call.OutputShape())
            ? index.Name
            : call.Node("Expand", [index.Name, call.SizeVector(call.OutputShape())]);
        call.Return(call.Node("GatherElements", [x.Name, spread], ("axis", axis)));
    }

    private static void Take(OperatorCall call) => call.Return(call.Node(
        "Gather", [call.Node("Reshape", [call.Tensor("self").Name, call.Graph.Ints(-1)]), call.Tensor("index").Name]));

    private static void Scatter(OperatorCall call)
    {
        var x = call.Tensor("self");
        var index = call.Tensor("index");
        int axis = x.Axis(call.Int("dim"));
        string updates = call.Has("src")
            ? Fit(call, call.Tensor("src"), index, axis: -1)
            : call.Node("Expand", [call.Operand("value", x.Type), call.SizeVector(index.Shape)]);
        string reduction = call.Name.StartsWith("aten::scatter_add", StringComparison.Ordinal)
            ? "add" : call.Text("reduce") switch
            {
                "" => "none",
                "add" or "sum" => "add",
                "multiply" or "prod" => "mul",
                "amax" when call.Graph.Opset >= 18 => "max",
                "amin" when call.Graph.Opset >= 18 => "min",
                "amax" or "amin" => throw call.NeedsOpset(18, $"the reduction '{call.Text("reduce")}'"),
                var other => throw call.Unsupported($"the reduction '{other}' has no form in opset {call.Graph.Opset}"),
            };
        if (call.Name.StartsWith("aten::scatter_reduce", StringComparison.Ordinal) && !call.Flag("include_self"))
        {
            throw call.Unsupported("include_self=false has no ONNX form");
        }

        call.Return(
            call.Node("ScatterElements", [x.Name, index.Name, updates], ("axis", axis), ("reduction", reduction)));
    }

    // torch reads and writes the leading part that the index covers; ONNX wants equal sizes.
    private static string Fit(OperatorCall call, TracedTensor tensor, TracedTensor index, int axis)
    {
        string value = tensor.Name;
        for (int i = 0; i < tensor.Rank; i++)
        {
            if (i != axis && tensor.Shape[i] != index.Shape[i])
            {
                value = call.Slice(value, i, 0, index.Shape[i]);
            }
        }
        return value;
    }

    private static void IndexAdd(OperatorCall call)
    {
        var type = call.OutputType();
        string source = call.Scale(call.Tensor("source").Name, call.Real("alpha", 1), type);
        WriteAlong(call, source, "add");
    }

    private static void IndexCopy(OperatorCall call) => WriteAlong(call, call.Tensor("source").Name, "none");

    private static void IndexFill(OperatorCall call)
    {
        var x = call.Tensor("self");
        TracedSize[] shape = [.. x.Shape];
        shape[x.Axis(call.Int("dim"))] = call.Tensor("index").Shape[0];
        WriteAlong(call, call.Node("Expand", [call.Operand("value", x.Type), call.SizeVector(shape)]), "none");
    }

    // ScatterND writes along the first axis: the written one is moved there and back.
    private static void WriteAlong(OperatorCall call, string source, string reduction)
    {
        var x = call.Tensor("self");
        int axis = x.Axis(call.Int("dim"));
        string index = call.Node("Unsqueeze", [call.Tensor("index").Name, call.Graph.Ints(-1)]);
        long[] swap = [.. Enumerable.Range(0, x.Rank).Select(i => (long)(i == 0 ? axis : i == axis ? 0 : i))];
        string Swap(string value) => axis == 0 ? value : call.Node("Transpose", [value], ("perm", swap));
        call.Return(Swap(call.Node("ScatterND", [Swap(x.Name), index, Swap(source)], ("reduction", reduction))));
    }

    private static void Index(OperatorCall call)
    {
        var x = call.Tensor("self");
        var indices = call.OptionalTensors("indices");
        if (indices.Any(static index => index?.Type is DataType.Bool or DataType.Uint8))
        {
            if (indices is not [{ } mask])
            {
                throw call.Unsupported("a mask beside other indices");
            }

            call.Return(call.Node("GatherND", [x.Name, Places(call, mask)]));
            return;
        }
        var group = new IndexGroup(call, x, indices);
        if (group.Axes is [var axis])
        {
            call.Return(call.Node("Gather", [x.Name, indices[axis]!.Name], ("axis", axis)));
            return;
        }
        string gathered = call.Node("GatherND", [group.ToFront(x.Name), group.Places()]);
        call.Return(group.FromFront(gathered));
    }

    private static void IndexPut(OperatorCall call)
    {
        var x = call.Tensor("self");
        var values = call.Tensor("values");
        var indices = call.OptionalTensors("indices");
        string reduction = call.Flag("accumulate") ? "add" : "none";
        if (indices is [{ Type: DataType.Bool or DataType.Uint8 } mask])
        {
            if (values.Shape.Any(static size => !size.Is(1)))
            {
                call.Return(
                    call.Node("ScatterND", [x.Name, Places(call, mask), values.Name], ("reduction", reduction)));
                return;
            }
            string fill = values.Rank == 0
                ? values.Name : call.Node("Reshape", [values.Name, call.Graph.Constant<long>([], 0)]);
            string condition = call.Cast(mask, DataType.Bool);
            if (mask.Rank < x.Rank)
            {
                condition = call.Node(
                    "Unsqueeze",
                    [condition,
                        call.Graph.Ints(
                            [.. Enumerable.Range(mask.Rank, x.Rank - mask.Rank).Select(static i => (long)i)])]);
            }

            call.Return(
                call.Node("Where", [condition, reduction == "add" ? call.Node("Add", [x.Name, fill]) : fill, x.Name]));
            return;
        }
        var group = new IndexGroup(call, x, indices);
        if (!group.AxesLead && values.Rank > 0)
        {
            throw call.Unsupported("writing by indices that are not on the first axes");
        }

        string updates = values.Shape.SequenceEqual(group.FrontShape)
            ? values.Name
            : call.Node("Expand", [values.Name, call.SizeVector(group.FrontShape)]);
        string written = call.Node(
            "ScatterND", [group.ToFront(x.Name), group.Places(), updates], ("reduction", reduction));
        call.Return(group.Back(written));
    }

    // The positions of a mask's true elements: (count, rank).
    private static string Places(OperatorCall call, TracedTensor mask) => call.Node(
        "Transpose", [call.Node("NonZero", [call.Cast(mask, DataType.Bool)])], ("perm", new long[] { 1, 0 }));

    private static void NonZero(OperatorCall call) => call.Return(call.Node(
        "Transpose", [call.Node("NonZero", [call.Tensor("self").Name])], ("perm", new long[] { 1, 0 })));

    private static void MaskedSelect(OperatorCall call)
    {
        var x = call.Tensor("self");
        var mask = call.Tensor("mask");
        if (!x.Shape.SequenceEqual(mask.Shape))
        {
            throw call.Unsupported("masked_select with a mask that broadcasts");
        }

        call.Return(call.Node("GatherND", [x.Name, Places(call, mask)]));
    }

    private static void OneHot(OperatorCall call)
    {
        if (call.Int("num_classes", -1) < 0)
        {
            throw call.Unsupported("one_hot without num_classes depends on the values");
        }

        call.Return(call.Node("OneHot",
            [call.Tensor("self").Name, call.Graph.Scalar(call.Int("num_classes")),
                call.Graph.Constant<long>([0, 1], 2)]));
    }

    // Elements (i, i + offset) of two axes, which become the last one. Both must have fixed sizes.
    private static void Diagonal(OperatorCall call)
    {
        var x = call.Tensor("self");
        if (x.Rank < 2)
        {
            throw call.Unsupported("making a diagonal matrix from a vector; multiply by eye instead");
        }

        int first = x.Axis(call.Int("dim1", 0)), second = x.Axis(call.Int("dim2", 1));
        long offset = call.Has("offset") ? call.Int("offset") : call.Int("diagonal", 0);
        long row = Math.Max(0, -offset), column = Math.Max(0, offset);
        long length = Math.Min(x.Shape[first].Value - row, x.Shape[second].Value - column);
        long[] places = [.. Enumerable.Range(0, (int)length).SelectMany(i => new[] { row + i, column + i })];
        long[] front = [
            first, second,
            .. Enumerable.Range(0, x.Rank).Where(i => i != first && i != second).Select(static i => (long)i)];
        string moved = call.Node("Transpose", [x.Name], ("perm", front));
        string diagonal = call.Node("GatherND", [moved, call.Graph.Constant<long>(places, length, 2)]);
        long[] last = [.. Enumerable.Range(1, x.Rank - 2).Select(static i => (long)i), 0];
        call.Return(x.Rank == 2 ? diagonal : call.Node("Transpose", [diagonal], ("perm", last)));
    }
}
