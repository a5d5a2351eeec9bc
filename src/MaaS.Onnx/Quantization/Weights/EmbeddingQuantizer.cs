using MaaS.Onnx.Quantization.Graphs;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Weights;

/// <summary>
/// Embedding tables as int8: rows are gathered as integers and only these are made floats again, so a table takes a
/// quarter of its bytes on disk and in memory.
/// </summary>
internal sealed class EmbeddingQuantizer(GraphIndex index, GraphRewriter writer)
{
    private readonly Dictionary<string, (string Values, string Scale)> _tables = [];

    /// <summary>Whether a node looks rows up in a constant table that nothing else reads.</summary>
    public bool Fits(NodeProto node) =>
        node.IsStandard() && node.OpType == "Gather" && node.Int("axis") == 0
        && node.InputOrEmpty(1).Length > 0 && index.Initializer(node.Input[0]) is { Dims.Count: 2 } table
        && table.Type() == TensorProto.Types.DataType.Float && index.Owns(table.Name) && !index.IsOutput(node.Input[0])
        && index.Consumers(node.Input[0]).All(reader => reader.OpType == "Gather" && reader.Input[1] != node.Input[0]);

    /// <summary>Writes the gathered rows times one scale for each column. ONNX Runtime's DequantizeLinear, whose inner
    /// axis would be of size 1 here, takes four times as long.</summary>
    public void Rewrite(NodeProto node)
    {
        if (!_tables.TryGetValue(node.Input[0], out var table))
        {
            _tables[node.Input[0]] = table = Quantize(node.Input[0]);
        }

        string rows = writer.Node("Gather", $"{node.Output[0]}_quantized", [table.Values, node.Input[1]]);
        string floats = writer.Node(
            "Cast", $"{node.Output[0]}_cast", [rows], ("to", (long)TensorProto.Types.DataType.Float));
        writer.AddNode("Mul", "", node.Name, [floats, table.Scale], [node.Output[0]]);
    }

    private (string Values, string Scale) Quantize(string name)
    {
        var tensor = index.Initializer(name)!;
        long[] dims = [.. tensor.Dims];
        float[] values = tensor.ToArray<float>();
        float[] scales = WeightQuantizer.Scales(values, dims, axis: 1);
        sbyte[] quantized = WeightQuantizer.Quantize(values, dims, axis: 1, scales);
        return (
            writer.Initializer(OnnxTensor.Create<sbyte>($"{name}_quantized", quantized, dims)),
            writer.Scale(name, scales));
    }
}
