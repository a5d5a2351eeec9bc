using MaaS.Onnx;
using MaaS.Training.Tracing;

namespace MaaS.Training.Export.Sizes;

/// <summary>Computes sizes inside the ONNX graph: a number that moves with the dynamic axes becomes the axis of a value
/// that has it, or arithmetic on the axes of the graph's inputs and values. What occurs twice is computed
/// once.</summary>
internal sealed class SizeExpressions(GraphBuilder graph, SizeFit fit)
{
    // So many runs must agree before a number counts as the axis of a value whose size is rounded.
    private const int EnoughRuns = 5;
    private const int MostKnown = 40;

    private readonly Dictionary<TracedSize, SizeExpression?> _found = [];
    private readonly Dictionary<SizeExpression, string> _made = [];
    private readonly Dictionary<TracedSize, SizeExpression.Measured> _known = [];
    private readonly HashSet<SizeExpression> _used = [];

    /// <summary>The graph's dynamic axes.</summary>
    public IReadOnlyList<DynamicAxis> Axes => fit.Axes;

    /// <summary>Whether tracing at more sizes could express what could not be.</summary>
    public bool MoreSizesCouldHelp => fit.NeedsMoreRuns;

    /// <summary>The expressions that the graph computes.</summary>
    public IReadOnlyCollection<SizeExpression> Used => _used;

    /// <summary>Remembers that a value of the graph has these sizes.</summary>
    public void Learn(TracedTensor tensor)
    {
        for (int axis = 0; axis < tensor.Rank; axis++)
        {
            var size = tensor.Shape[axis];
            if (size.IsFixed || _known.ContainsKey(size))
            {
                continue;
            }

            string? symbol = Axes.FirstOrDefault(a => a.Input == tensor.Name && a.Axis == axis)?.Symbol;
            _known[size] = new SizeExpression.Measured(tensor.Name, axis, size, symbol);
            if (_found.GetValueOrDefault(size) is null)
            {
                _found.Remove(size);
            }
        }
    }

    /// <summary>An axis as the graph's declarations show it: a number, a sum of products of the symbols, or
    /// unknown.</summary>
    public OnnxDimension Dimension(TracedSize size) =>
        size.IsFixed
            ? size.Value
            : fit.Polynomial(size) is { IsPolynomial: true } found ? found.ToString() : default(OnnxDimension);

    /// <summary>Whether the number is an axis of a value or a sum of products of axes.</summary>
    public bool IsPlain(TracedSize size)
        => size.IsFixed || KnownAxis(size) is not null || fit.Polynomial(size) is not null;

    /// <summary>The name of an int64 vector of one element that holds the number; null where nothing expresses
    /// it.</summary>
    public string? Vector(TracedSize size) => Find(size) is { } expression ? Vector(expression) : null;

    /// <summary>The number as an expression; null where nothing expresses it.</summary>
    public SizeExpression? Find(TracedSize size)
    {
        if (size.IsFixed)
        {
            return new SizeExpression.Number(size.Value);
        }

        if (!_found.TryGetValue(size, out var found))
        {
            var rounded = _known.Values.Where(known => fit.Polynomial(known.Size) is null).Take(MostKnown);
            _found[size] = found = KnownAxis(size) ?? fit.Find(size, rounded);
        }
        return found;
    }

    /// <summary>The name of an int64 vector of one element that holds what the expression gives.</summary>
    public string Vector(SizeExpression expression)
    {
        _used.Add(expression);
        return Emit(expression);
    }

    private SizeExpression.Measured? KnownAxis(TracedSize size) =>
        _known.GetValueOrDefault(size) is { } known && (known.Symbol is not null || fit.Evidence.Runs >= EnoughRuns
            || fit.Evidence.IsFull || fit.Polynomial(size) is not null) ? known : null;

    private string Emit(SizeExpression expression)
    {
        if (_made.TryGetValue(expression, out string? name))
        {
            return name;
        }

        name = expression switch
        {
            SizeExpression.Number number => graph.Ints(number.Value),
            SizeExpression.Measured measured =>
                graph.Node("Shape", [measured.Value], ("start", measured.Axis), ("end", measured.Axis + 1)),
            SizeExpression.Binary { Operator: SizeOperator.Mod } rest =>
                // fmod keeps the dividend's sign, as C# does.
                graph.Node("Mod", [Emit(rest.Left), Emit(rest.Right)], ("fmod", 1)),
            SizeExpression.Binary binary
                => graph.Node(binary.Operator.ToString(), [Emit(binary.Left), Emit(binary.Right)]),
            _ => throw new NotSupportedException(
                $"expected a number, an axis or two of them, got {expression.GetType().Name}"),
        };
        return _made[expression] = name;
    }
}
