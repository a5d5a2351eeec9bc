using MaaS.Onnx;
using MaaS.Training.Tracing;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export.Lowering;

/// <summary>Joins, splits, slices, rolls and flips.</summary>
internal static class JoiningLowerings
{
    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::cat"] = Cat,
        ["aten::concat"] = Cat,
        ["aten::concatenate"] = Cat,
        ["aten::hstack"] = HorizontalStack,
        ["aten::vstack"] = VerticalStack,
        ["aten::row_stack"] = VerticalStack,
        ["aten::stack"] = Stack,
        ["aten::split"] = Split,
        ["aten::unsafe_split"] = Split,
        ["aten::split_with_sizes"] = Split,
        ["aten::unsafe_split_with_sizes"] = Split,
        ["aten::chunk"] = Split,
        ["aten::unsafe_chunk"] = Split,
        ["aten::tensor_split"] = Split,
        ["aten::unbind"] = Unbind,
        ["aten::select"] = Select,
        ["aten::slice"] = Slice,
        ["aten::narrow"] = Narrow,
        ["aten::flip"] = call => call.Return(Flip(call, call.Ints("dims"))),
        ["aten::fliplr"] = call => call.Return(Flip(call, [1])),
        ["aten::flipud"] = call => call.Return(Flip(call, [0])),
        ["aten::roll"] = Roll,
        ["aten::repeat_interleave"] = RepeatInterleave,
        ["aten::unfold"] = Unfold,
        ["aten::diff"] = Diff,
    };

    private static void Cat(OperatorCall call)
    {
        var tensors = call.Tensors("tensors");
        // torch skips empty vectors whatever the rank of the others.
        var kept = tensors.Where(
            tensor => !(tensor.Rank == 1 && tensor.Shape[0].Is(0)) || tensors.All(static t => t.Rank == 1)).ToArray();
        call.Return(
            Join(
                call, [.. kept.Select(tensor => call.Cast(tensor, call.OutputType()))],
                kept[0].Axis(call.Int("dim", 0))));
    }

    // Each element less the one before it, n times.
    private static void Diff(OperatorCall call)
    {
        var x = call.Tensor("self");
        if (call.Has("prepend") || call.Has("append"))
        {
            throw call.Unsupported("diff with prepend or append; cat the parts first");
        }

        if (!x.Type.IsFloat() && x.Type is not (DataType.Int64 or DataType.Int32))
        {
            throw call.Unsupported($"diff of {x.Type.Label()}");
        }

        int axis = x.Axis(call.Int("dim", -1));
        string value = x.Name;
        for (long i = 0; i < call.Int("n", 1); i++)
        {
            value = call.Node("Sub", [call.Slice(value, axis, 1, long.MaxValue), call.Slice(value, axis, 0, -1)]);
        }

        call.Return(value);
    }

    private static string Join(OperatorCall call, string[] values, int axis) =>
        values.Length == 1 ? values[0] : call.Node("Concat", values, ("axis", axis));

    private static void HorizontalStack(OperatorCall call)
    {
        var tensors = call.Tensors("tensors");
        call.Return(
            Join(
                call, [.. tensors.Select(tensor => call.Cast(tensor, call.OutputType()))],
                tensors[0].Rank == 1 ? 0 : 1));
    }

    private static void VerticalStack(OperatorCall call)
    {
        string Row(TracedTensor tensor) => tensor.Rank == 1
            ? call.Node("Unsqueeze", [call.Cast(tensor, call.OutputType()), call.Graph.Ints(0)])
            : call.Cast(tensor, call.OutputType());
        call.Return(Join(call, [.. call.Tensors("tensors").Select(Row)], 0));
    }

    private static void Stack(OperatorCall call)
    {
        var tensors = call.Tensors("tensors");
        long axis = call.Int("dim", 0);
        if (axis < 0)
        {
            axis += tensors[0].Rank + 1;
        }

        string axes = call.Graph.Ints(axis);
        call.Return(Join(
            call, [.. tensors.Select(tensor => call.Node("Unsqueeze", [call.Cast(tensor, call.OutputType()), axes]))],
            (int)axis));
    }

    private static void Split(OperatorCall call)
    {
        var x = call.Tensor("self");
        int axis = x.Axis(call.Int("dim", 0));
        if (call.OutputCount == 1)
        {
            call.Return(x.Name);
            return;
        }
        var sizes = Enumerable.Range(0, call.OutputCount).Select(i => call.OutputShape(i)[axis]).ToArray();
        call.Return(call.Graph.Nodes("Split", [x.Name, call.SizeVector(sizes)], call.OutputCount, ("axis", axis)));
    }

    private static void Unbind(OperatorCall call)
    {
        var x = call.Tensor("self");
        int axis = x.Axis(call.Int("dim", 0));
        call.Return([.. Enumerable.Range(0, call.OutputCount)
            .Select(i => call.Node("Gather", [x.Name, call.Graph.Scalar((long)i)], ("axis", axis)))]);
    }

    private static void Select(OperatorCall call)
    {
        var x = call.Tensor("self");
        call.Return(
            call.Node("Gather", [x.Name, call.SizeScalar(call.Size("index"))], ("axis", x.Axis(call.Int("dim")))));
    }

    private static void Slice(OperatorCall call)
    {
        var x = call.Tensor("self");
        int axis = x.Axis(call.Int("dim", 0));
        var start = call.Has("start") ? call.Size("start") : 0;
        var end = call.Has("end") ? call.Size("end") : long.MaxValue;
        long step = call.Int("step", 1);
        if (step == 1 && call.OutputShape()[axis] == x.Shape[axis])
        {
            call.Return(x.Name);
            return;
        }
        // An end at the axis's own size needs no computing, and neither does a start counted from there.
        if (end == x.Shape[axis])
        {
            end = long.MaxValue;
        }

        if (!start.IsFixed && (start - x.Shape[axis]) is { IsFixed: true, Value: < 0 } fromEnd)
        {
            start = fromEnd;
        }

        if (!end.IsFixed && (end - x.Shape[axis]) is { IsFixed: true, Value: < 0 } endFromEnd)
        {
            end = endFromEnd;
        }

        call.Return(call.Slice(x.Name, axis, start, end, step));
    }

    private static void Narrow(OperatorCall call)
    {
        var x = call.Tensor("self");
        int axis = x.Axis(call.Int("dim"));
        var start = call.Size("start");
        var end = start + call.Size("length");
        call.Return(call.Slice(x.Name, axis, start, end == x.Shape[axis] || end.Is(0) ? long.MaxValue : end));
    }

    private static string Flip(OperatorCall call, long[] axes)
    {
        var x = call.Tensor("self");
        long[] Same(long value) => [.. Enumerable.Repeat(value, axes.Length)];
        if (axes.Length == 0)
        {
            return x.Name;
        }

        return call.Node("Slice",
            [x.Name, call.Graph.Ints(Same(-1)), call.Graph.Ints(Same(long.MinValue)), call.Graph.Ints(axes),
                call.Graph.Ints(Same(-1))]);
    }

    // The last elements come first; without axes the tensor is rolled as one flat vector.
    private static void Roll(OperatorCall call)
    {
        var x = call.Tensor("self");
        var shifts = call.Sizes("shifts");
        long[] axes = call.Ints("dims");
        string value = x.Name;
        if (axes.Length == 0)
        {
            value = RollAxis(call, call.Node("Reshape", [value, call.Graph.Ints(-1)]), 0, shifts[0]);
            call.Return(call.ReshapeLike(value, x));
            return;
        }
        for (int i = 0; i < axes.Length; i++)
        {
            value = RollAxis(call, value, x.Axis(axes[i]), shifts[i]);
        }

        call.Return(value);
    }

    private static string RollAxis(OperatorCall call, string value, int axis, TracedSize shift)
    {
        var cut = shift.Map(static s => -s);
        if (cut.Is(0))
        {
            return value;
        }

        return call.Node("Concat",
            [call.Slice(value, axis, cut, long.MaxValue), call.Slice(value, axis, 0, cut)], ("axis", axis));
    }

    // (…, n, …) → (…, n, 1, …) → (…, n, repeats, …) → (…, n · repeats, …)
    private static void RepeatInterleave(OperatorCall call)
    {
        if (call.IsTensor("repeats"))
        {
            throw call.Unsupported("repeats as a tensor gives a size that depends on values");
        }

        var x = call.Tensor("self");
        string value = x.Name;
        int rank = x.Rank, axis = 0;
        if (call.Has("dim"))
        {
            axis = x.Axis(call.Int("dim"));
        }
        else
        {
            value = call.Node("Reshape", [value, call.Graph.Ints(-1)]);
            rank = 1;
        }
        var counts = Enumerable.Repeat((TracedSize)1, rank + 1).ToArray();
        counts[axis + 1] = call.Size("repeats");
        string tiled = call.Node(
            "Tile", [call.Node("Unsqueeze", [value, call.Graph.Ints(axis + 1)]), call.SizeVector(counts)]);
        TracedSize[] middle = [
            .. call.OutputShape().Take(axis), 0, counts[axis + 1], .. call.OutputShape().Skip(axis + 1)];
        middle[axis] = call.Has("dim") ? x.Shape[axis] : -1;
        call.Return(call.Reshape(tiled, middle, call.OutputShape()));
    }

    // Windows along an axis; the window becomes the last axis.
    private static void Unfold(OperatorCall call)
    {
        var x = call.Tensor("self");
        int axis = x.Axis(call.Int("dimension"));
        long size = call.Int("size"), step = call.Int("step");
        string windows = call.Node("Gather", [x.Name, Windows(call, x.Shape[axis], size, step)], ("axis", axis));
        var order = Enumerable.Range(0, x.Rank + 1).Where(i => i != axis + 1).Append(axis + 1)
            .Select(static i => (long)i).ToArray();
        call.Return(axis == x.Rank - 1 ? windows : call.Node("Transpose", [windows], ("perm", order)));
    }

    // (count, size): where the elements of each window are; as many windows as fit.
    private static string Windows(OperatorCall call, TracedSize length, long size, long step)
    {
        if (length.IsFixed)
        {
            long count = ((length.Value - size) / step) + 1;
            long[] picks = [.. Enumerable.Range(0, (int)(count * size)).Select(i => (i / size * step) + (i % size))];
            return call.Graph.Constant<long>(picks, count, size);
        }
        string behindLast = call.Node("Sub", [call.SizeScalar(length), call.Graph.Scalar(size - 1)]);
        string starts = call.Node("Range", [call.Graph.Scalar(0L), behindLast, call.Graph.Scalar(step)]);
        long[] within = [.. Enumerable.Range(0, (int)size).Select(static i => (long)i)];
        return call.Node("Add", [call.Node("Unsqueeze", [starts, call.Graph.Ints(1)]), call.Graph.Ints(within)]);
    }
}
