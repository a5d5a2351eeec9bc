using MaaS.Core.Onnx;
using MaaS.Core.Onnx.Schema;

namespace MaaS.Core.Quantization.Operators;

/// <summary>Convolution with constant weights: becomes QLinearConv.</summary>
internal sealed class ConvOperator : IQuantizableOperator
{
    public IReadOnlyList<string> OpTypes => ["Conv"];

    public QuantizableNode? Match(NodeProto node, GraphIndex graph)
    {
        string bias = node.InputOrEmpty(2);
        if (!graph.IsFloatConstant(node.Input[1])) return null;
        if (bias.Length > 0 && !graph.IsVector(bias, graph.Initializer(node.Input[1])!.Dims[0])) return null;
        return new(node, NodeRole.Product, [0]) { Weight = 1, WeightAxis = 0, Bias = bias.Length > 0 ? 2 : null };
    }
}
