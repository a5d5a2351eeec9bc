using MaaS.Onnx.Quantization.Graphs;
using MaaS.Onnx.Quantization.Weights;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.WeightOnly;

/// <summary>
/// Weights of MatMul and Gemm in 4 or 8 bits, block by block (<c>com.microsoft.MatMulNBits</c>); activations stay
/// float. For Transformers whose time goes into reading weights.
/// </summary>
/// <param name="options">Bits and blocks; null for the defaults.</param>
public sealed class WeightOnlyQuantizer(WeightOnlyQuantizerOptions? options = null)
{
    private readonly WeightOnlyQuantizerOptions _options = options ?? new();

    /// <summary>Names of the nodes of a model whose weights would be stored in blocks, in the graph's order.</summary>
    public IReadOnlyList<string> Nodes(OnnxModel model)
    {
        var prepared = GraphPreparation.PrepareWithBodies(model);
        return [.. Nodes(new GraphIndex(prepared.Graph), new GraphRewriter(prepared))];
    }

    /// <summary>A quantized copy of a model.</summary>
    /// <param name="model">The float model, opset 7 or newer; not changed. Bodies of If, Loop and Scan are quantized
    /// too.</param>
    /// <exception cref="NotSupportedException">The opset is older than 13 and an operator cannot be
    /// converted.</exception>
    /// <exception cref="ArgumentException">Bits or block size are not possible, or a weight is not finite.</exception>
    public OnnxModel Quantize(OnnxModel model)
    {
        var prepared = GraphPreparation.PrepareWithBodies(model);
        Rewrite(new GraphIndex(prepared.Graph), new GraphRewriter(prepared));
        return prepared;
    }

    private IEnumerable<string> Nodes(GraphIndex index, GraphRewriter writer)
    {
        var embeddings = new EmbeddingQuantizer(index, writer);
        foreach (var node in writer.Graph.Node)
        {
            if (Takes(node, index) || _options.TakesEmbedding(node, embeddings))
            {
                yield return node.Name;
            }
            foreach (string name in node.Subgraphs()
                .SelectMany(body => Nodes(new GraphIndex(body, index), new GraphRewriter(writer, body))))
            {
                yield return name;
            }
        }
    }

    private void Rewrite(GraphIndex index, GraphRewriter writer)
    {
        var embeddings = new EmbeddingQuantizer(index, writer);
        foreach (var node in writer.Graph.Node)
        {
            foreach (var body in node.Subgraphs())
            {
                Rewrite(new GraphIndex(body, index), new GraphRewriter(writer, body));
            }
            if (Takes(node, index))
            {
                Rewrite(node, index, writer);
            }
            else if (_options.TakesEmbedding(node, embeddings))
            {
                embeddings.Rewrite(node);
            }
            else
            {
                writer.Keep(node);
            }
        }
        writer.Finish();
    }

    private bool Takes(NodeProto node, GraphIndex index)
        => !_options.ExcludedNodes.Contains(node.Name) && Fits(node, index);

    private static bool Fits(NodeProto node, GraphIndex index)
    {
        if (!node.IsStandard() || node.OpType is not ("MatMul" or "Gemm"))
        {
            return false;
        }

        if (index.Initializer(node.InputOrEmpty(1)) is not { Dims.Count: 2 } weight)
        {
            return false;
        }

        if (weight.Type() != TensorProto.Types.DataType.Float)
        {
            return false;
        }

        if (node.OpType == "MatMul")
        {
            return true;
        }

        bool plainBias = node.InputOrEmpty(2).Length == 0 || node.Float("beta", 1) == 1;
        return node.Int("transA") == 0 && node.Float("alpha", 1) == 1 && plainBias;
    }

    private void Rewrite(NodeProto node, GraphIndex index, GraphRewriter writer)
    {
        string name = node.Input[1], bias = node.InputOrEmpty(2), output = node.Output[0];
        var weight = index.Initializer(name)!;
        bool transposed = node.Int("transB") != 0;
        int k = (int)weight.Dims[transposed ? 1 : 0], n = (int)weight.Dims[transposed ? 0 : 1];
        var blocks = BlockQuantizer.Quantize(
            weight.ToArray<float>(), k, n, transposed, _options.Bits, _options.BlockSize, _options.Symmetric);
        int perOutput = blocks.Scales.Length / n;
        string values = writer.Initializer(OnnxTensor.Create<byte>(
            $"{name}_quantized", blocks.Packed, n, perOutput, blocks.Packed.Length / n / perOutput));
        string scales = writer.Initializer(
            OnnxTensor.Create<float>($"{name}_scale", blocks.Scales, blocks.Scales.Length));
        string zeroPoints = blocks.ZeroPoints is { } zeros
            ? writer.Initializer(OnnxTensor.Create<byte>($"{name}_zero_point", zeros, zeros.Length))
            : "";
        string product = bias.Length > 0 ? writer.Unique($"{output}_product") : output;
        writer.AddNode(
            "MatMulNBits", OnnxModel.MicrosoftDomain, node.Name, [node.Input[0], values, scales, zeroPoints], [product],
            ("K", k), ("N", n), ("bits", _options.Bits), ("block_size", _options.BlockSize),
            ("accuracy_level", _options.Int8Compute ? 4 : 1));
        if (bias.Length > 0)
        {
            writer.AddNode("Add", "", writer.Unique($"{node.Name}_bias"), [product, bias], [output]);
        }
    }
}
