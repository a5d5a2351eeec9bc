using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Dynamic;

/// <summary>x · W with a constant matrix W.</summary>
internal sealed class DynamicMatMul : IDynamicOperator
{
    public string OpType => "MatMul";

    public bool Fits(NodeProto node, DynamicGraph graph) => graph.IsMatrix(node.InputOrEmpty(1));

    public void Rewrite(NodeProto node, DynamicGraph graph) =>
        graph.Product(node, graph.Matrix(node.Input[1], transposed: false, factor: 1), node.Output[0]);
}
