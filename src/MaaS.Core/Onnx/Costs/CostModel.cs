using MaaS.Core.Onnx.Schema;
using static MaaS.Core.Onnx.Schema.TensorProto.Types;

namespace MaaS.Core.Onnx.Costs;

/// <summary>Counts parameters, multiply–accumulate operations and bytes from the graph. Dynamic axes stay symbols unless
/// sizes are given.</summary>
/// <remarks>A MAC is one multiplication with its addition; biases, activations and pooling count none. Weights are
/// floating-point vectors and matrices and quantized matrices; shapes, axes, scales and zero points are not.</remarks>
public static class CostModel
{
    /// <summary>Computes a model's cost.</summary>
    /// <param name="model">The model, which is not changed.</param>
    /// <param name="sizes">Sizes of dynamic axes by name; the others stay symbols.</param>
    public static ModelCost Compute(OnnxModel model, IReadOnlyDictionary<string, long>? sizes = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var shapes = ShapeInference.Infer(model, sizes);
        // The second and third inputs of quantization are scales and zero points, one for each channel at most.
        var scales = model.Graph.Node.Where(static node => node.OpType is "QuantizeLinear" or "DequantizeLinear")
            .SelectMany(static node => node.Input.Skip(1)).ToHashSet();
        var weights = model.Graph.Initializer.Where(tensor => IsWeight(tensor) && !scales.Contains(tensor.Name)).ToDictionary(static tensor => tensor.Name);
        var nodes = model.Graph.Node.Select(node => Compute(node, shapes, weights)).ToList();
        return new ModelCost(
            nodes, weights.Values.Sum(static tensor => tensor.ElementCount()), weights.Values.Sum(Bytes),
            nodes.Aggregate(SizePolynomial.Zero, static (sum, node) => node.Macs is null ? sum : sum + node.Macs),
            nodes.Aggregate(SizePolynomial.Zero, static (sum, node) => node.ActivationBytes is null ? sum : sum + node.ActivationBytes));
    }

    private static bool IsWeight(TensorProto tensor) => tensor.Type().IsFloat()
        ? tensor.Dims.Count > 0
        : tensor.Dims.Count > 1 && tensor.Type() is DataType.Int8 or DataType.Uint8 or DataType.Int4 or DataType.Uint4;

    private static NodeCost Compute(
        NodeProto node, IReadOnlyDictionary<string, OnnxShape> shapes, Dictionary<string, TensorProto> weights)
    {
        var own = node.Input.Distinct().Where(weights.ContainsKey).Select(name => weights[name]).ToList();
        SizePolynomial? activations = 0;
        foreach (string output in node.Output.Where(static name => name.Length > 0))
        {
            var shape = shapes.GetValueOrDefault(output);
            var elements = MacCounts.Elements(shape?.Dimensions);
            activations = activations is null || elements is null || shape!.Type is DataType.Undefined or DataType.String
                ? null
                : activations + elements * (shape.Type.Bits() / 8);
        }
        return new NodeCost(
            node.Name, node.OpType, shapes.GetValueOrDefault(node.Output[0]), own.Sum(static tensor => tensor.ElementCount()),
            own.Sum(Bytes), MacCounts.Of(node, new NodeShapes(node, shapes)), activations);
    }

    private static long Bytes(TensorProto tensor) => tensor.Type().Bytes(tensor.ElementCount());
}
