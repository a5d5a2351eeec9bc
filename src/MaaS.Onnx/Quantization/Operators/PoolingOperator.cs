using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Operators;

/// <summary>Average pools: QLinearAveragePool, QLinearGlobalAveragePool.</summary>
internal sealed class PoolingOperator : IQuantizableOperator
{
    public IReadOnlyList<string> OpTypes => ["AveragePool", "GlobalAveragePool"];

    public QuantizableNode? Match(NodeProto node, GraphIndex graph) => new(node, NodeRole.Between, [0]);
}
