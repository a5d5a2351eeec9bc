using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Dynamic;

/// <summary>α · x · W + b with a constant matrix W; b stays float.</summary>
internal sealed class DynamicGemm : IDynamicOperator
{
    public string OpType => "Gemm";

    public bool Fits(NodeProto node, DynamicGraph graph) =>
        node.Int("transA") == 0 && graph.IsMatrix(node.InputOrEmpty(1))
        && (node.InputOrEmpty(2).Length == 0 || node.Float("beta", 1) == 1);

    public void Rewrite(NodeProto node, DynamicGraph graph)
    {
        var matrix = graph.Matrix(node.Input[1], node.Int("transB") != 0, node.Float("alpha", 1));
        string bias = node.InputOrEmpty(2), output = node.Output[0];
        if (bias.Length == 0)
        {
            graph.Product(node, matrix, output);
            return;
        }
        string product = graph.Writer.Unique($"{output}_product");
        graph.Product(node, matrix, product);
        graph.Writer.AddNode("Add", "", graph.Writer.Unique($"{node.Name}_bias"), [product, bias], [output]);
    }
}
