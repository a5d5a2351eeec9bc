using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Operators;

/// <summary>
/// x · W with a constant matrix W: becomes QLinearMatMul, or MatMulIntegerToFloat where floats are wanted. A product of
/// two activations stays float: uint8 times uint8 is slow and attention loses accuracy by it.
/// </summary>
internal sealed class MatMulOperator : IQuantizableOperator
{
    public IReadOnlyList<string> OpTypes => ["MatMul"];

    public QuantizableNode? Match(NodeProto node, GraphIndex graph) =>
        graph.Weight(node, 1, rank: 2) is { Dims.Count: 2 }
            ? new(node, NodeRole.Product, [0]) { Weight = 1, WeightAxis = 1, MayReturnFloat = true }
            : null;
}
