using MaaS.Core.Onnx;

namespace MaaS.Training.Export;

/// <summary>Computes sizes inside the ONNX graph: a number that moves with the dynamic axes becomes the axis of a value
/// that has it, or arithmetic on the axes of the graph's inputs.</summary>
internal sealed class SizeExpressions(GraphBuilder graph, IReadOnlyList<DynamicAxis> axes)
{
    private readonly Dictionary<TracedSize, string> _made = [];
    private readonly Dictionary<TracedSize, (string Value, int Axis)> _known = [];

    /// <summary>The graph's dynamic axes.</summary>
    public IReadOnlyList<DynamicAxis> Axes { get; } = axes;

    /// <summary>Remembers that a value of the graph has these sizes.</summary>
    public void Learn(TracedTensor tensor)
    {
        for (int axis = 0; axis < tensor.Rank; axis++)
        {
            if (!tensor.Shape[axis].IsFixed) _known.TryAdd(tensor.Shape[axis], (tensor.Name, axis));
        }
    }

    /// <summary>An axis as the graph's declarations show it: a number, a formula of the symbols, or unknown.</summary>
    public OnnxDimension Dimension(TracedSize size) =>
        size.IsFixed ? size.Value : SizeFormula.Fit(size, Axes)?.ToString() is { } text ? text : default(OnnxDimension);

    /// <summary>The name of an int64 vector of one element that holds the number; null where nothing expresses it.</summary>
    public string? Vector(TracedSize size)
    {
        if (size.IsFixed) return graph.Ints(size.Value);
        if (_made.TryGetValue(size, out string? made)) return made;
        string? name = _known.TryGetValue(size, out var known) ? AxisOf(known.Value, known.Axis)
            : SizeFormula.Fit(size, Axes) is { } formula ? Emit(formula)
            : null;
        if (name is not null) _made[size] = name;
        return name;
    }

    private string AxisOf(string value, int axis) =>
        graph.Node("Shape", [value], ("start", axis), ("end", axis + 1));

    private string Emit(SizeFormula formula)
    {
        string value = AxisOf(formula.Factors[0].Input, formula.Factors[0].Axis);
        foreach (var factor in formula.Factors.Skip(1)) value = graph.Node("Mul", [value, AxisOf(factor.Input, factor.Axis)]);
        if (formula.Multiplier != 1) value = graph.Node("Mul", [value, graph.Ints(formula.Multiplier)]);
        if (formula.Divisor != 1) value = graph.Node("Div", [value, graph.Ints(formula.Divisor)]);
        if (formula.Addend is { } addend) value = graph.Node("Add", [value, AxisOf(addend.Input, addend.Axis)]);
        return formula.Offset == 0 ? value : graph.Node("Add", [value, graph.Ints(formula.Offset)]);
    }
}
