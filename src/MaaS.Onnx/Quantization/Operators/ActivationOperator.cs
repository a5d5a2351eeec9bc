using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Operators;

/// <summary>Activations that ONNX Runtime computes by a table of 256 entries: QLinearSigmoid,
/// QLinearLeakyRelu.</summary>
internal sealed class ActivationOperator : IQuantizableOperator
{
    public IReadOnlyList<string> OpTypes => ["Sigmoid", "LeakyRelu"];

    public QuantizableNode? Match(NodeProto node, GraphIndex graph) => new(node, NodeRole.Between, [0]);
}
