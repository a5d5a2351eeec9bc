using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Operators;

/// <summary>Concatenation: QLinearConcat, which rescales each input from a range of its own.</summary>
internal sealed class ConcatOperator : IQuantizableOperator
{
    public IReadOnlyList<string> OpTypes => ["Concat"];

    public QuantizableNode? Match(NodeProto node, GraphIndex graph) =>
        new(node, NodeRole.Between, [.. Enumerable.Range(0, node.Input.Count)]);
}
