using MaaS.Onnx;
using MaaS.Training.Export.Sizes;
using MaaS.Training.Tracing;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export.Lowering;

/// <summary>Sizes, casts and constants that many lowerings need.</summary>
public sealed partial class OperatorCall
{
    /// <summary>The name of an int64 vector of one element: a constant, or computed from the dynamic axes.</summary>
    /// <exception cref="OnnxExportException">The number cannot be expressed in the dynamic axes.</exception>
    public string SizeVector(TracedSize size)
        => _export.Sizes.Vector(size) ?? throw Inexpressible(size.ToString, run => size.At(run));

    // Says what the number was at which sizes: a few of them show what it does.
    private OnnxExportException Inexpressible(Func<string> all, Func<int, object> at)
    {
        const int Shown = 8;
        var axes = _export.Sizes.Axes;
        int runs = axes.Count == 0 ? 0 : axes.Max(static axis => axis.Size.Values.Count);
        var seen = Enumerable.Range(0, Math.Min(runs, Shown)).Select(
            run => $"{at(run)} at {string.Join(", ", axes.Select(axis => $"{axis.Symbol} {axis.Size.At(run)}"))}");
        string more = runs > Shown ? $"; and so on, {runs} sizes in all" : "";
        return new(
            $"the number {(runs == 0 ? all() : string.Join("; ", seen))}{more} cannot be expressed in the dynamic "
                + "axes: no sum, product, "
            + "quotient, remainder, minimum or maximum of theirs fits all of these, or more than one does. Write it as "
            + "such, make one of "
            + "the axes fixed, or name the sizes that the module is made for in OnnxExportOptions.TraceSizes", Name,
            ModulePath)
        {
            NeedsMoreSizes = _export.Sizes.MoreSizesCouldHelp,
        };
    }

    /// <summary>The name of an int64 vector with these numbers.</summary>
    public string SizeVector(IReadOnlyList<TracedSize> sizes)
    {
        if (sizes.All(static size => size.IsFixed))
        {
            return Graph.Ints([.. sizes.Select(static size => size.Value)]);
        }

        if (sizes.Count == 1)
        {
            return SizeVector(sizes[0]);
        }
        // Neighbouring constants share one vector.
        var parts = new List<string>();
        for (int i = 0; i < sizes.Count;)
        {
            int end = i;
            while (end < sizes.Count && sizes[end].IsFixed)
            {
                end++;
            }

            parts.Add(
                end == i
                    ? SizeVector(sizes[i]) : Graph.Ints([.. sizes.Skip(i).Take(end - i).Select(static s => s.Value)]));
            i = Math.Max(end, i + 1);
        }
        return Node("Concat", parts.ToArray(), ("axis", 0));
    }

    /// <summary>The name of an int64 scalar.</summary>
    public string SizeScalar(TracedSize size) => size.IsFixed
        ? Graph.Scalar(size.Value)
        : Node("Squeeze", [SizeVector(size), Graph.Ints(0)]);

    /// <summary>The value in another element type; the value itself where it has that type.</summary>
    public string Cast(string value, DataType from, DataType to) =>
        from == to ? value : Node("Cast", [value], ("to", (int)to));

    /// <summary>The tensor's value in another element type.</summary>
    public string Cast(TracedTensor tensor, DataType to) => Cast(tensor.Name, tensor.Type, to);

    /// <summary>A scalar constant of an element type.</summary>
    public string Scalar(double value, DataType type) => type switch
    {
        DataType.Float => Graph.Scalar((float)value),
        DataType.Double => Graph.Scalar(value),
        DataType.Float16 => Graph.Scalar((Half)value),
        DataType.Int64 => Graph.Scalar((long)value),
        DataType.Int32 => Graph.Scalar((int)value),
        DataType.Int16 => Graph.Scalar((short)value),
        DataType.Int8 => Graph.Scalar((sbyte)value),
        DataType.Uint8 => Graph.Scalar((byte)value),
        DataType.Bool => Graph.Scalar(value != 0),
        _ => Cast(Graph.Scalar((float)value), DataType.Float, type),
    };

    /// <summary>An argument that is a tensor or a number, as a value of the given element type. Numbers that move with
    /// the dynamic axes are computed from them.</summary>
    public string Operand(string name, DataType type) => Get(name) switch
    {
        Argument.Int number => Number(number.Value, type),
        Argument.Real real when real.Values.Distinct().Count() > 1 => Moving(real.Values, type),
        Argument.Real or Argument.Flag => Scalar(Real(name), type),
        Argument.Constant { Values: [{ Dims.Count: 0 }, ..] } scalar when IsFixedScalar(scalar) =>
            scalar.Values[0].Type().IsFloat() ? Scalar(Real(name), type) : Number(Size(name), type),
        Argument.Constant { Values: [{ Dims.Count: 0 } first, ..] } when !first.Type().IsFloat()
            => Number(Size(name), type),
        Argument.Constant { Values: [{ Dims.Count: 0 }, ..] } moving
            => Moving([.. moving.Values.Select(ScalarOf)], type),
        _ => Cast(Tensor(name), type),
    };

    /// <summary>Multiplies by a fixed number; by 1 it is the value itself.</summary>
    public string Scale(string value, double factor, DataType type) =>
        factor == 1 ? value : Node("Mul", [value, Scalar(factor, type)]);

    /// <summary>Reshapes without a shape subgraph where possible: 0 copies an axis, one −1 takes the rest.</summary>
    /// <param name="value">The value to reshape.</param>
    /// <param name="from">Its sizes.</param>
    /// <param name="to">The sizes to give it.</param>
    public string Reshape(string value, IReadOnlyList<TracedSize> from, IReadOnlyList<TracedSize> to)
    {
        if (from.SequenceEqual(to))
        {
            return value;
        }

        var moving = Enumerable.Range(0, to.Count).Where(i => !to[i].IsFixed && !(i < from.Count && from[i] == to[i]))
            .ToList();
        long Entry(int i) => to[i].IsFixed ? to[i].Value : moving.Contains(i) ? -1 : 0;
        if (moving.Count <= 1)
        {
            return Node("Reshape", [value, Graph.Ints([.. Enumerable.Range(0, to.Count).Select(Entry)])]);
        }
        // All but one of them must be computed; the one that is hardest to express is left to −1.
        int inferred = moving.FirstOrDefault(i => !_export.Sizes.IsPlain(to[i]), moving[0]);
        var parts = to.Select((size, i) => i == inferred ? Graph.Ints(-1)
            : moving.Contains(i) ? SizeVector(size) : Graph.Ints(Entry(i)));
        return Node("Reshape", [value, Node("Concat", parts.ToArray(), ("axis", 0))]);
    }

    /// <summary>Part of an axis, from <paramref name="start"/> to before <paramref name="end"/>.</summary>
    public string Slice(string value, int axis, TracedSize start, TracedSize end, long step = 1)
    {
        string axes = Graph.Ints(axis);
        return step == 1
            ? Node("Slice", [value, SizeVector(start), SizeVector(end), axes])
            : Node("Slice", [value, SizeVector(start), SizeVector(end), axes, Graph.Ints(step)]);
    }

    /// <summary>Whether a tensor was made by filling it with zeros.</summary>
    public bool IsZeros(TracedTensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return Graph.Graph.Node.LastOrDefault(
            node => node.Output.Contains(tensor.Name)) is { OpType: "ConstantOfShape" } node
            && node.Attribute.Count == 0;
    }

    /// <summary>The element type in which torch combines two arguments: a tensor with axes goes before one without, and
    /// that before a number; a real goes before an integer, an integer before a bool.</summary>
    public DataType PromotedType(string left, string right)
    {
        var (leftType, leftRank) = Kind(left);
        var (rightType, rightRank) = Kind(right);
        if (leftType == rightType)
        {
            return leftType;
        }

        if (leftRank != rightRank)
        {
            var (strong, weak) = leftRank > rightRank ? (leftType, rightType) : (rightType, leftType);
            return Category(weak) > Category(strong) ? weak == DataType.Double ? DataType.Float : weak : strong;
        }
        if (Category(leftType) != Category(rightType))
        {
            return Category(leftType) > Category(rightType) ? leftType : rightType;
        }

        return leftType.Bits() >= rightType.Bits() ? leftType : rightType;
    }

    private static int Category(DataType type) => type.IsFloat() ? 2 : type == DataType.Bool ? 0 : 1;

    // The rank counts as 2 for tensors with axes, 1 for those without, 0 for numbers.
    private (DataType Type, int Rank) Kind(string name) => Get(name) switch
    {
        Argument.Int => (DataType.Int64, 0),
        Argument.Real => (DataType.Double, 0),
        Argument.Flag => (DataType.Bool, 0),
        _ when Tensor(name) is var tensor => (tensor.Type, tensor.Rank > 0 ? 2 : 1),
        _ => throw Unsupported($"expected a tensor or a number for the argument '{name}'"),
    };

    /// <summary>Gives a value the shape of a tensor that has as many elements.</summary>
    public string ReshapeLike(string value, TracedTensor like)
    {
        ArgumentNullException.ThrowIfNull(like);
        int moving = like.Shape.Count(static size => !size.IsFixed);
        return moving <= 1
            ? Node(
                "Reshape", [value, Graph.Ints([.. like.Shape.Select(static size => size.IsFixed ? size.Value : -1)])])
            : Node("Reshape", [value, Node("Shape", [like.Name])]);
    }

    private string Number(TracedSize number, DataType type) => !number.IsFixed
        ? Cast(SizeScalar(number), DataType.Int64, type)
        : type == DataType.Int64 ? Graph.Scalar(number.Value) : Scalar(number.Value, type);

    // A real that moves must be a whole number, or follow from one by a power, a fixed factor or another axis. C#
    // computes it in float64, and so does the graph.
    private string Moving(IReadOnlyList<double> values, DataType type)
    {
        if (values.All(static value => value == Math.Round(value) && Math.Abs(value) < 1e15))
        {
            return Number(new TracedSize([.. values.Select(static value => (long)value)]), type);
        }
        if (SizeReal.Find(values, _export.Sizes.Axes, _export.Sizes.Find) is not { } real)
        {
            throw Inexpressible(() => string.Join('|', values), run => values[run]);
        }
        string value = Root(real.Size, Math.Abs(real.Power) == 0.5);
        if (real.Power < 0)
        {
            value = Node("Reciprocal", [value]);
        }

        if (real.Divisor is not null)
        {
            value = Node("Div", [value, Root(real.Divisor, false)]);
        }

        return Cast(Scale(value, real.Factor, DataType.Double), DataType.Double, type);
    }

    // The number, or its square root, as a float64 scalar.
    private string Root(SizeExpression size, bool root)
    {
        string scalar = Node("Squeeze", [_export.Sizes.Vector(size), Graph.Ints(0)]);
        string value = Cast(scalar, DataType.Int64, DataType.Double);
        return root ? Node("Sqrt", [value]) : value;
    }
}
