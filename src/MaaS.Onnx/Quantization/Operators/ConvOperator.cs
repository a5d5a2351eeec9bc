using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Operators;

/// <summary>Convolution with constant weights: becomes QLinearConv.</summary>
internal sealed class ConvOperator : IQuantizableOperator
{
    public IReadOnlyList<string> OpTypes => ["Conv"];

    public QuantizableNode? Match(NodeProto node, GraphIndex graph)
    {
        string bias = node.InputOrEmpty(2);
        if (graph.Weight(node, 1, rank: 3) is not { } weight)
        {
            return null;
        }

        if (bias.Length > 0 && !graph.IsVector(bias, weight.Dims[0]))
        {
            return null;
        }

        return new(node, NodeRole.Product, [0]) { Weight = 1, WeightAxis = 0, Bias = bias.Length > 0 ? 2 : null };
    }
}
