using MaaS.Onnx.Quantization.Weights;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Dynamic;

/// <summary>LSTM with constant weights: ONNX Runtime's <c>com.microsoft.DynamicQuantizeLSTM</c>.</summary>
internal sealed class DynamicLstm : IDynamicOperator
{
    public string OpType => "LSTM";

    public bool Fits(NodeProto node, DynamicGraph graph) =>
        node.Int("layout") == 0 && IsStack(node.InputOrEmpty(1), graph) && IsStack(node.InputOrEmpty(2), graph);

    public void Rewrite(NodeProto node, DynamicGraph graph)
    {
        var (input, inputScale, inputZero) = Quantize(node.Input[1], graph);
        var (recurrence, recurrenceScale, recurrenceZero) = Quantize(node.Input[2], graph);
        string[] rest = [.. Enumerable.Range(3, 5).Select(node.InputOrEmpty)];   // bias, lengths, h₀, c₀, peepholes
        graph.Writer.AddNode(
            "DynamicQuantizeLSTM", OnnxModel.MicrosoftDomain, node.Name,
            [node.Input[0], input, recurrence, .. rest, inputScale, inputZero, recurrenceScale, recurrenceZero],
            [.. node.Output]);
        var written = graph.Writer.Last;
        written.Attribute.Add(node.Attribute.Where(static a => a.Name != "layout"));
    }

    private static bool IsStack(string value, DynamicGraph graph) =>
        graph.Index.Initializer(value) is { Dims.Count: 3 } tensor && tensor.Type() == TensorProto.Types.DataType.Float;

    // ONNX keeps (directions, 4·hidden, inputs), the integer kernel reads (directions, inputs, 4·hidden).
    private static (string Values, string Scale, string ZeroPoint) Quantize(string name, DynamicGraph graph)
    {
        var tensor = graph.Index.Initializer(name)!;
        int directions = (int)tensor.Dims[0], gates = (int)tensor.Dims[1], inputs = (int)tensor.Dims[2];
        float[] weights = tensor.ToArray<float>();
        var values = new sbyte[weights.Length];
        bool perChannel = graph.Options.PerChannel, reduce = graph.Options.ReducesRange;
        var scales = new List<float>();
        for (int direction = 0; direction < directions; direction++)
        {
            var part = weights.AsSpan(direction * gates * inputs, gates * inputs);
            int? axis = perChannel ? 0 : null;
            float[] partScales = WeightQuantizer.Scales(part, [gates, inputs], axis, reduce);
            sbyte[] quantized = WeightQuantizer.Quantize(part, [gates, inputs], axis, partScales, reduce);
            MatrixLayout.Transpose<sbyte>(quantized, gates, inputs).CopyTo(values, direction * gates * inputs);
            scales.AddRange(partScales);
        }
        long[] shape = perChannel ? [directions, gates] : [directions];
        return (
            graph.Writer.Initializer(OnnxTensor.Create<sbyte>($"{name}_quantized", values, directions, inputs, gates)),
            graph.Writer.Initializer(OnnxTensor.Create<float>($"{name}_scale", [.. scales], shape)),
            graph.Writer.Initializer(OnnxTensor.Create<sbyte>($"{name}_zero_point", new sbyte[scales.Count], shape)));
    }
}
