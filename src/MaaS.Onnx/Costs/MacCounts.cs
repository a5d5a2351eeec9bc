using System.Collections.Frozen;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Costs;

/// <summary>Multiply–accumulate operations of a node; null where a shape is not known.</summary>
internal delegate SizePolynomial? MacCount(NodeProto node, NodeShapes shapes);

/// <summary>How the multiply–accumulate operations of each operator are counted. Operators that are not listed multiply
/// no matrices and count 0.</summary>
internal static class MacCounts
{
    private static readonly FrozenDictionary<string, MacCount> ByOperator = new Dictionary<string, MacCount>
    {
        ["Conv"] = static (node, shapes) => Convolution(shapes, shapes.Output, 1),
        ["FusedConv"] = static (node, shapes) => Convolution(shapes, shapes.Output, 1),
        ["ConvInteger"] = static (node, shapes) => Convolution(shapes, shapes.Output, 1),
        ["QLinearConv"] = static (node, shapes) => Convolution(shapes, shapes.Output, 3),
        ["ConvTranspose"] = static (node, shapes) => Convolution(shapes, shapes.Input(0), 1),
        ["Gemm"] = Gemm,
        ["QGemm"] = Gemm,
        ["MatMul"] = static (node, shapes) => Product(shapes, 0),
        ["MatMulInteger"] = static (node, shapes) => Product(shapes, 0),
        ["DynamicQuantizeMatMul"] = static (node, shapes) => Product(shapes, 0),
        ["MatMulIntegerToFloat"] = static (node, shapes) => Product(shapes, 0),
        ["FusedMatMul"] = static (node, shapes) => Product(shapes, 0),
        ["QLinearMatMul"] = static (node, shapes) => Product(shapes, 0),
        ["MatMulNBits"] = static (node, shapes) => Elements(shapes.Output) is { } size ? size * node.Int("K") : null,
        ["Einsum"] = Einsum,
        ["LSTM"] = static (node, shapes) => Recurrent(node, shapes, gates: 4),
        ["DynamicQuantizeLSTM"] = static (node, shapes) => Recurrent(node, shapes, gates: 4),
        ["GRU"] = static (node, shapes) => Recurrent(node, shapes, gates: 3),
        ["RNN"] = static (node, shapes) => Recurrent(node, shapes, gates: 1),
    }.ToFrozenDictionary();

    public static SizePolynomial? Of(NodeProto node, NodeShapes shapes) =>
        ByOperator.TryGetValue(node.OpType, out var count) ? count(node, shapes)
        : node.Subgraphs().Any(Multiplies) ? null
        : SizePolynomial.Zero;

    /// <summary>The number of elements; null where a size is not known.</summary>
    public static SizePolynomial? Elements(IReadOnlyList<OnnxDimension>? shape)
    {
        if (shape is null)
        {
            return null;
        }

        SizePolynomial product = 1;
        foreach (var dimension in shape)
        {
            if (SizePolynomial.Of(dimension) is not { } size)
            {
                return null;
            }

            product *= size;
        }
        return product;
    }

    // How often a body of If, Loop or Scan runs, and at which sizes, the graph does not tell.
    private static bool Multiplies(GraphProto body) =>
        body.Node.Any(static node => ByOperator.ContainsKey(node.OpType) || node.Subgraphs().Any(Multiplies));

    // Each element of the output (of the input, when transposed) meets the weight of one channel: W / W[0].
    private static SizePolynomial? Convolution(NodeShapes shapes, IReadOnlyList<OnnxDimension>? positions, int weight)
    {
        var kernel = Elements(shapes.Input(weight) is { Count: > 1 } w ? [.. w.Skip(1)] : null);
        return Elements(positions) is { } count && kernel is not null ? count * kernel : null;
    }

    private static SizePolynomial? Gemm(NodeProto node, NodeShapes shapes)
    {
        if (shapes.Input(0) is not { Count: 2 } a || Elements(shapes.Output) is not { } output)
        {
            return null;
        }

        return SizePolynomial.Of(a[node.Int("transA") != 0 ? 0 : 1]) is { } inner ? output * inner : null;
    }

    private static SizePolynomial? Product(NodeShapes shapes, int left)
    {
        if (shapes.Input(left) is not { Count: > 0 } a || Elements(shapes.Output) is not { } output)
        {
            return null;
        }

        return SizePolynomial.Of(a[^1]) is { } inner ? output * inner : null;
    }

    // Every combination of the indices is one product.
    private static SizePolynomial? Einsum(NodeProto node, NodeShapes shapes)
    {
        string[] operands = node.String("equation").Replace(" ", "", StringComparison.Ordinal).Split("->")[0]
            .Split(',');
        var sizes = new Dictionary<char, OnnxDimension>();
        for (int i = 0; i < operands.Length; i++)
        {
            if (shapes.Input(i) is not { } shape || shape.Count != operands[i].Length)
            {
                return null;
            }

            for (int axis = 0; axis < shape.Count; axis++)
            {
                sizes[operands[i][axis]] = shape[axis];
            }
        }
        return Elements([.. sizes.Values]);
    }

    // Every step multiplies (in + H) values into gates · H, in each direction.
    private static SizePolynomial? Recurrent(NodeProto node, NodeShapes shapes, int gates)
    {
        if (shapes.Input(0) is not { Count: 3 } x || Elements([x[0], x[1]]) is not { } steps)
        {
            return null;
        }

        long hidden = node.Int("hidden_size"), directions = node.String("direction") == "bidirectional" ? 2 : 1;
        return SizePolynomial.Of(x[2]) is { } inputs ? steps * (gates * hidden * directions) * (inputs + hidden) : null;
    }
}
