using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Operators;

/// <summary>Elementwise sum and product of two activations, or of one and a constant: QLinearAdd, QLinearMul.</summary>
internal sealed class ArithmeticOperator : IQuantizableOperator
{
    public IReadOnlyList<string> OpTypes => ["Add", "Mul"];

    public QuantizableNode? Match(NodeProto node, GraphIndex graph) => new(node, NodeRole.Between, [0, 1]);
}
