using MaaS.Onnx.Quantization.Graphs;
using MaaS.Onnx.Quantization.Weights;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Dynamic;

/// <summary>The graph under rewriting: shares quantized activations and weights between the nodes that read
/// them.</summary>
internal sealed class DynamicGraph
{
    private readonly Dictionary<string, (string Values, string Scale, string ZeroPoint)> _activations = [];
    private readonly Dictionary<(string Name, bool Transposed, float Factor), (
        string Values, string Scale)> _matrices = [];

    public DynamicGraph(OnnxModel model, DynamicQuantizerOptions options)
    {
        Options = options;
        Index = new GraphIndex(model.Graph);
        Writer = new GraphRewriter(model);
    }

    /// <summary>A body inside a graph: a branch of If, what Loop repeats.</summary>
    public DynamicGraph(DynamicGraph outer, GraphProto body)
    {
        Options = outer.Options;
        Index = new GraphIndex(body, outer.Index);
        Writer = new GraphRewriter(outer.Writer, body);
    }

    public DynamicQuantizerOptions Options { get; }

    public GraphIndex Index { get; }

    public GraphRewriter Writer { get; }

    /// <summary>uint8 values of an activation, quantized when the model runs, with their scale and zero
    /// point.</summary>
    public (string Values, string Scale, string ZeroPoint) Quantize(string value)
    {
        if (_activations.TryGetValue(value, out var known))
        {
            return known;
        }

        string[] outputs =
        [
            Writer.Unique($"{value}_quantized"), Writer.Unique($"{value}_scale"), Writer.Unique($"{value}_zero_point"),
        ];
        Writer.AddNode("DynamicQuantizeLinear", "", outputs[0], [value], outputs);
        return _activations[value] = (outputs[0], outputs[1], outputs[2]);
    }

    /// <summary>int8 values (K, N) and the scale of a constant matrix that is (K, N), or (N, K) when
    /// transposed.</summary>
    public (string Values, string Scale) Matrix(string name, bool transposed, float factor)
    {
        if (_matrices.TryGetValue((name, transposed, factor), out var known))
        {
            return known;
        }

        var tensor = Index.Initializer(name)!;
        int rows = (int)tensor.Dims[0], columns = (int)tensor.Dims[1];
        float[] weights = tensor.ToArray<float>();
        if (factor != 1)
        {
            weights = Array.ConvertAll(weights, weight => weight * factor);
        }

        int? axis = !Options.PerChannel ? null : transposed ? 0 : 1;
        float[] scales = WeightQuantizer.Scales(weights, [rows, columns], axis, Options.ReducesRange);
        sbyte[] quantized = WeightQuantizer.Quantize(weights, [rows, columns], axis, scales, Options.ReducesRange);
        if (transposed)
        {
            quantized = MatrixLayout.Transpose<sbyte>(quantized, rows, columns);
            (rows, columns) = (columns, rows);
        }
        return _matrices[(name, transposed, factor)] = (
            Writer.Initializer(OnnxTensor.Create<sbyte>($"{name}_quantized", quantized, rows, columns)),
            Writer.Scale(name, scales));
    }

    /// <summary>Writes x · W as floats: integers, their sum in int32, then both scales.</summary>
    public void Product(NodeProto node, (string Values, string Scale) matrix, string output)
    {
        var x = Quantize(node.Input[0]);
        string sum = Writer.Node("MatMulInteger", $"{output}_integer", [x.Values, matrix.Values, x.ZeroPoint]);
        string cast = Writer.Node("Cast", $"{output}_cast", [sum], ("to", (long)TensorProto.Types.DataType.Float));
        string scale = Writer.Node("Mul", $"{output}_scale", [x.Scale, matrix.Scale]);
        Writer.AddNode("Mul", "", node.Name, [cast, scale], [output]);
    }

    /// <summary>Whether a value is a constant float matrix.</summary>
    public bool IsMatrix(string value) =>
        Index.Initializer(value) is { Dims.Count: 2 } tensor && tensor.Type() == TensorProto.Types.DataType.Float;
}
