using System.Collections.Frozen;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Operators;

/// <summary>The operators that static quantization knows, by their names.</summary>
internal static class QuantizableOperators
{
    private static readonly FrozenDictionary<string, IQuantizableOperator> ByType = new IQuantizableOperator[]
    {
        new ConvOperator(), new GemmOperator(), new MatMulOperator(), new ArithmeticOperator(), new PoolingOperator(),
        new ActivationOperator(), new ConcatOperator(), new MovingOperator(),
    }.SelectMany(static op => op.OpTypes.Select(type => KeyValuePair.Create(type, op))).ToFrozenDictionary();

    /// <summary>Names of all operators, sorted.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ByType.Keys.Order(StringComparer.Ordinal)];

    /// <summary>How a node is quantized; null where it cannot be.</summary>
    public static QuantizableNode? Match(NodeProto node, GraphIndex graph) =>
        node.IsStandard() && ByType.TryGetValue(node.OpType, out var op) && op.Match(node, graph) is { } match
        && match.Activations.All(i => node.InputOrEmpty(i).Length > 0)
            ? match
            : null;

    /// <summary>Whether a value is a float constant of the graph.</summary>
    public static bool IsFloatConstant(this GraphIndex graph, string value) =>
        graph.Initializer(value)?.Type() == TensorProto.Types.DataType.Float;

    /// <summary>The constant float tensor that a node reads as an input, if it has at least that many axes.</summary>
    public static TensorProto? Weight(this GraphIndex graph, NodeProto node, int position, int rank) =>
        graph.Initializer(node.InputOrEmpty(position)) is { } tensor
            && tensor.Type() == TensorProto.Types.DataType.Float
        && tensor.Dims.Count >= rank
            ? tensor
            : null;

    /// <summary>Whether a value is a constant vector of the given length, possibly with leading axes of size
    /// 1.</summary>
    public static bool IsVector(this GraphIndex graph, string value, long length) =>
        graph.Initializer(value) is { } tensor && tensor.Type() == TensorProto.Types.DataType.Float
        && tensor.ElementCount() == length && (tensor.Dims.Count == 0 ? length == 1 : tensor.Dims[^1] == length);
}
