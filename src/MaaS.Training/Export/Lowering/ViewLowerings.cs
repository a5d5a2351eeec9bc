using MaaS.Training.Tracing;

namespace MaaS.Training.Export.Lowering;

/// <summary>Operators that only rearrange: reshape, permute, squeeze, expand, detach.</summary>
internal static class ViewLowerings
{
    public static IReadOnlyDictionary<string, OperatorLowering> All { get; } = new Dictionary<string, OperatorLowering>
    {
        ["aten::alias"] = Same,
        ["aten::detach"] = Same,
        ["aten::contiguous"] = Same,
        ["aten::clone"] = Same,
        ["aten::lift"] = Same,
        ["aten::lift_fresh"] = Same,
        ["aten::view"] = ViewOrCast,
        ["aten::view_as"] = Reshape,
        ["aten::reshape"] = Reshape,
        ["aten::reshape_as"] = Reshape,
        ["aten::_reshape_alias"] = Reshape,
        ["aten::_unsafe_view"] = Reshape,
        ["aten::flatten"] = Flatten,
        ["aten::ravel"] = Reshape,
        ["aten::unflatten"] = Reshape,
        ["aten::squeeze"] = Squeeze,
        ["aten::unsqueeze"] = Unsqueeze,
        ["aten::t"] = Transpose,
        ["aten::numpy_T"] = Transpose,
        ["aten::mT"] = Transpose,
        ["aten::transpose"] = Transpose,
        ["aten::swapaxes"] = Transpose,
        ["aten::swapdims"] = Transpose,
        ["aten::broadcast_tensors"] = call => call.Return([.. call.Tensors("tensors").Select(
            (tensor, i) => call.Node("Expand", [tensor.Name, call.SizeVector(call.OutputShape(i))]))]),
        ["aten::permute"] = Transpose,
        ["aten::movedim"] = Transpose,
        ["aten::moveaxis"] = Transpose,
        ["aten::expand"] = Expand,
        ["aten::expand_as"] = Expand,
        ["aten::broadcast_to"] = Expand,
        ["aten::repeat"] = Repeat,
        ["aten::tile"] = Repeat,
    };

    /// <summary>Where each axis of the result comes from.</summary>
    internal static long[] Permutation(OperatorCall call, TracedTensor x)
    {
        var axes = Enumerable.Range(0, x.Rank).Select(static i => (long)i).ToList();
        switch (call.Name)
        {
            case "aten::permute":
                return Array.ConvertAll(call.Ints("dims"), axis => (long)x.Axis(axis));
            case "aten::t" or "aten::numpy_T":
                axes.Reverse();
                return [.. axes];
            case "aten::mT":
                return Swap(x.Rank - 2, x.Rank - 1);
            case "aten::transpose" or "aten::swapdims":
                return Swap(x.Axis(call.Int("dim0")), x.Axis(call.Int("dim1")));
            case "aten::swapaxes":
                return Swap(x.Axis(call.Int("axis0")), x.Axis(call.Int("axis1")));
            default:
                return Move(call.Ints("source"), call.Ints("destination"));
        }

        long[] Swap(int a, int b)
        {
            (axes[a], axes[b]) = (axes[b], axes[a]);
            return [.. axes];
        }

        long[] Move(long[] from, long[] to)
        {
            var pairs = from.Zip(to, (a, b) => (From: x.Axis(a), To: x.Axis(b))).OrderBy(static pair => pair.To)
                .ToList();
            axes.RemoveAll(axis => pairs.Any(pair => pair.From == axis));
            foreach (var pair in pairs)
            {
                axes.Insert(pair.To, pair.From);
            }

            return [.. axes];
        }
    }

    private static void Same(OperatorCall call) => call.Return(call.Tensor("self").Name);

    private static void ViewOrCast(OperatorCall call)
    {
        if (call.Has("dtype"))
        {
            throw call.Unsupported("viewing the bits as another element type has no ONNX form");
        }

        Reshape(call);
    }

    private static void Reshape(OperatorCall call)
    {
        var x = call.Tensor("self");
        call.Return(call.Reshape(x.Name, x.Shape, call.OutputShape()));
    }

    // ONNX has an operator for the commonest case: (N, …) → (N, rest).
    private static void Flatten(OperatorCall call)
    {
        var x = call.Tensor("self");
        if (x.Rank > 2 && x.Axis(call.Int("start_dim", 0)) == 1 && x.Axis(call.Int("end_dim", -1)) == x.Rank - 1)
        {
            call.Return(call.Node("Flatten", [x.Name]));
        }
        else
        {
            Reshape(call);
        }
    }

    private static void Squeeze(OperatorCall call)
    {
        var x = call.Tensor("self");
        int[] asked = call.Has("dim")
            ? [.. call.Ints("dim").Select(axis => x.Axis(axis))] : [.. Enumerable.Range(0, x.Rank)];
        long[] axes = [.. asked.Where(axis => axis < x.Rank && x.Shape[axis].Is(1)).Select(static axis => (long)axis)];
        call.Return(
            axes.Length == 0
                ? x.Name : Unsqueezed(call, x, axes) ?? call.Node("Squeeze", [x.Name, call.Graph.Ints(axes)]));
    }

    // What was unsqueezed for the sake of one operator, as TorchSharp's Dropout1d does, needs no node to be squeezed
    // again.
    private static string? Unsqueezed(OperatorCall call, TracedTensor x, long[] axes)
    {
        var maker = call.Graph.Graph.Node.LastOrDefault(node => node.Output.Contains(x.Name));
        return maker is { OpType: "Unsqueeze" } && maker.Input[1] == call.Graph.Ints(axes) ? maker.Input[0] : null;
    }

    private static void Unsqueeze(OperatorCall call)
    {
        var x = call.Tensor("self");
        long axis = call.Int("dim");
        call.Return(call.Node("Unsqueeze", [x.Name, call.Graph.Ints(axis < 0 ? axis + x.Rank + 1 : axis)]));
    }

    private static void Transpose(OperatorCall call)
    {
        var x = call.Tensor("self");
        long[] permutation = Permutation(call, x);
        bool same = permutation.Select(static (axis, i) => axis == i).All(static unmoved => unmoved);
        call.Return(same ? x.Name : call.Node("Transpose", [x.Name], ("perm", permutation)));
    }

    private static void Expand(OperatorCall call)
    {
        var x = call.Tensor("self");
        call.Return(
            x.Shape.SequenceEqual(call.OutputShape())
                ? x.Name : call.Node("Expand", [x.Name, call.SizeVector(call.OutputShape())]));
    }

    private static void Repeat(OperatorCall call)
    {
        var x = call.Tensor("self");
        var repeats = call.Sizes(call.Has("repeats") ? "repeats" : "dims");
        int rank = Math.Max(x.Rank, repeats.Length);
        string value = x.Rank == rank ? x.Name
            : call.Node(
                "Unsqueeze",
                [x.Name, call.Graph.Ints([.. Enumerable.Range(0, rank - x.Rank).Select(static i => (long)i)])]);
        TracedSize[] all = [.. Enumerable.Repeat((TracedSize)1, rank - repeats.Length), .. repeats];
        call.Return(all.All(static count => count.Is(1)) ? value : call.Node("Tile", [value, call.SizeVector(all)]));
    }
}
