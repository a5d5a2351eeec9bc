using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Operators;

/// <summary>x · W + b with constant W and vector b: becomes QGemm, which can return floats.</summary>
internal sealed class GemmOperator : IQuantizableOperator
{
    public IReadOnlyList<string> OpTypes => ["Gemm"];

    public QuantizableNode? Match(NodeProto node, GraphIndex graph)
    {
        bool transposed = node.Int("transB") != 0;
        if (graph.Weight(node, 1, rank: 2) is not { } weight || node.Int("transA") != 0 || node.Float("alpha", 1) != 1)
        {
            return null;
        }

        string bias = node.InputOrEmpty(2);
        long outputs = weight.Dims[transposed ? 0 : 1];
        if (bias.Length > 0 && (node.Float("beta", 1) != 1 || !graph.IsVector(bias, outputs)))
        {
            return null;
        }

        return new(node, NodeRole.Product, [0])
        {
            Weight = 1,
            WeightAxis = transposed ? 0 : 1,
            Bias = bias.Length > 0 ? 2 : null,
            MayReturnFloat = true,
        };
    }
}
