using MaaS.Training.Export.Lowering;
using MaaS.Training.Tracing;

namespace MaaS.Training.Export;

/// <summary>Writes through views: what a tensor becomes when a view of it is overwritten.</summary>
internal static class ViewWriting
{
    /// <summary>The name of <paramref name="source"/> with the view's part replaced.</summary>
    /// <param name="view">The operator that made the view.</param>
    /// <param name="source">What it was made of.</param>
    /// <param name="value">The view's new value.</param>
    /// <param name="output">Which of the operator's results the view is.</param>
    public static string Write(OperatorCall view, TracedTensor source, TracedTensor value, int output)
    {
        int axis = Axis(view, source);
        switch (view.Name)
        {
            case "aten::alias" or "aten::detach" or "aten::contiguous" or "aten::to" or "aten::type_as":
                return value.Name;
            case "aten::view" or "aten::view_as" or "aten::reshape" or "aten::reshape_as" or "aten::flatten"
                or "aten::ravel"
                or "aten::unflatten" or "aten::squeeze" or "aten::unsqueeze":
                return view.Reshape(value.Name, value.Shape, source.Shape);
            case "aten::select":
                return Splice(
                    view, source, Unsqueeze(view, source, value), Position(view.Size("index"), source.Shape[axis]), 1);
            case "aten::slice" when view.Int("step", 1) == 1:
                var start = view.Has("start") ? view.Size("start") : 0;
                return Splice(view, source, value.Name, Clamp(start, source.Shape[axis]), value.Shape[axis]);
            case "aten::slice":
                return Interleave(view, source, value.Name);
            case "aten::narrow":
                return Splice(
                    view, source, value.Name, Position(view.Size("start"), source.Shape[axis]), value.Shape[axis]);
            case "aten::chunk" or "aten::split" or "aten::split_with_sizes" or "aten::tensor_split":
                TracedSize before = 0;
                for (int i = 0; i < output; i++)
                {
                    before += view.OutputShape(i)[axis];
                }

                return Splice(view, source, value.Name, before, value.Shape[axis]);
            case "aten::unbind":
                return Splice(view, source, Unsqueeze(view, source, value), output, 1);
            case "aten::t" or "aten::numpy_T" or "aten::mT" or "aten::transpose" or "aten::swapaxes" or "aten::swapdims"
                or "aten::permute" or "aten::movedim" or "aten::moveaxis":
                return view.Node("Transpose", [value.Name], ("perm", Inverse(ViewLowerings.Permutation(view, source))));
            default:
                throw view.Unsupported(
                    "an in-place operator writes through this view, which MaaS cannot export; write to a copy instead");
        }
    }

    // The parts of source before and after the written range stay.
    private static string Splice(
        OperatorCall view, TracedTensor source, string value, TracedSize start, TracedSize length)
    {
        int axis = Axis(view, source);
        string axes = view.Graph.Ints(axis);
        var end = start + length;
        var parts = new List<string>();
        if (!start.Is(0))
        {
            parts.Add(view.Node("Slice", [source.Name, view.Graph.Ints(0), view.SizeVector(start), axes]));
        }

        parts.Add(value);
        if (end != source.Shape[axis])
        {
            parts.Add(view.Node("Slice", [source.Name, view.SizeVector(end), view.Graph.Ints(long.MaxValue), axes]));
        }

        return parts.Count == 1 ? value : view.Node("Concat", parts.ToArray(), ("axis", axis));
    }

    // Every step-th part along the axis: with that axis in front, ScatterND writes them by their positions.
    private static string Interleave(OperatorCall view, TracedTensor source, string value)
    {
        int axis = Axis(view, source);
        TracedSize Bound(string name, TracedSize missing)
            => view.Has(name) ? Clamp(view.Size(name), source.Shape[axis]) : missing;
        string positions = view.Node("Range", [view.SizeScalar(Bound("start", 0)),
            view.SizeScalar(Bound("end", source.Shape[axis])), view.Graph.Scalar(view.Int("step"))]);
        string indices = view.Node("Unsqueeze", [positions, view.Graph.Ints(1)]);
        string written = view.Node("ScatterND", [Front(source.Name), indices, Front(value)]);
        return Front(written);

        // Swapping two axes twice restores them.
        string Front(string tensor)
        {
            if (axis == 0)
            {
                return tensor;
            }

            long[] swap = [.. Enumerable.Range(0, source.Rank).Select(i => i == 0 ? axis : i == axis ? 0L : i)];
            return view.Node("Transpose", [tensor], ("perm", swap));
        }
    }

    private static string Unsqueeze(OperatorCall view, TracedTensor source, TracedTensor value) =>
        view.Node("Unsqueeze", [value.Name, view.Graph.Ints(Axis(view, source))]);

    private static TracedSize Position(TracedSize position, TracedSize size) =>
        TracedSize.Map(position, size, static (p, n) => p < 0 ? p + n : p);

    private static TracedSize Clamp(TracedSize position, TracedSize size) =>
        TracedSize.Map(position, size, static (p, n) => Math.Clamp(p < 0 ? p + n : p, 0, n));

    private static long[] Inverse(long[] permutation)
    {
        long[] inverse = new long[permutation.Length];
        for (int i = 0; i < permutation.Length; i++)
        {
            inverse[permutation[i]] = i;
        }

        return inverse;
    }

    private static int Axis(OperatorCall view, TracedTensor source)
        => view.Has("dim") ? source.Axis(view.Ints("dim")[0]) : 0;
}
