using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Costs;

/// <summary>Counts parameters, multiply–accumulate operations and bytes from the graph. Dynamic axes stay symbols
/// unless sizes are given.</summary>
/// <remarks>A MAC is one multiplication with its addition; biases, activations and pooling count none. Weights are
/// floating-point vectors and matrices and quantized matrices, in initializers, Constant nodes and the bodies of If,
/// Loop and Scan; shapes, axes, scales and zero points are not. How often a body runs is not known, and so are its
/// MACs.</remarks>
public static class CostModel
{
    /// <summary>Computes a model's cost.</summary>
    /// <param name="model">The model, which is not changed.</param>
    /// <param name="sizes">Sizes of dynamic axes by name; the others stay symbols.</param>
    /// <exception cref="InvalidDataException">Sizes are beyond 64 bits.</exception>
    public static ModelCost Compute(OnnxModel model, IReadOnlyDictionary<string, long>? sizes = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        try
        {
            return Count(model, ShapeInference.Infer(model, sizes));
        }
        catch (OverflowException e)
        {
            throw new InvalidDataException(
                "costs: expected tensors whose elements and bytes can be counted in 64 bits, the model has larger ones",
                e);
        }
    }

    private static ModelCost Count(OnnxModel model, IReadOnlyDictionary<string, OnnxShape> shapes)
    {
        var weights = Weights(model.Graph);
        var nodes = model.Graph.Node.Select(node => Compute(node, shapes, weights)).ToList();
        var all = weights.Values.Concat(model.Graph.Node.SelectMany(InBodies)).ToList();
        return new ModelCost(
            nodes, all.Sum(static tensor => tensor.ElementCount()), all.Sum(Bytes),
            nodes.Aggregate(SizePolynomial.Zero, static (sum, node) => node.Macs is null ? sum : sum + node.Macs),
            nodes.Aggregate(
                SizePolynomial.Zero,
                static (sum, node) => node.ActivationBytes is null ? sum : sum + node.ActivationBytes));
    }

    // Initializers and the values of Constant nodes, by the names under which nodes read them.
    private static Dictionary<string, TensorProto> Weights(GraphProto graph)
    {
        // The second and third inputs of quantization are scales and zero points, one for each channel at most.
        var scales = graph.Node.Where(static node => node.OpType is "QuantizeLinear" or "DequantizeLinear")
            .SelectMany(static node => node.Input.Skip(1)).ToHashSet();
        var constants = graph.Node.Where(
            static node => node.OpType == "Constant" && node.IsStandard() && node.Attribute("value")?.T is not null)
            .Select(static node => (Name: node.Output[0], Tensor: node.Attribute("value")!.T));
        return graph.Initializer.Select(static tensor => (tensor.Name, Tensor: tensor)).Concat(constants)
            .Where(entry => IsWeight(entry.Tensor) && !scales.Contains(entry.Name))
            .ToDictionary(static entry => entry.Name, static entry => entry.Tensor);
    }

    private static IEnumerable<TensorProto> InBodies(NodeProto node) => node.Subgraphs()
        .SelectMany(static body => Weights(body).Values.Concat(body.Node.SelectMany(InBodies)));

    private static bool IsWeight(TensorProto tensor) => tensor.Type().IsFloat()
        ? tensor.Dims.Count > 0
        : tensor.Dims.Count > 1 && tensor.Type() is DataType.Int8 or DataType.Uint8 or DataType.Int4 or DataType.Uint4;

    private static NodeCost Compute(
        NodeProto node, IReadOnlyDictionary<string, OnnxShape> shapes, Dictionary<string, TensorProto> weights)
    {
        var own = node.Input.Distinct().Where(weights.ContainsKey).Select(name => weights[name]).Concat(InBodies(node))
            .ToList();
        SizePolynomial? activations = 0;
        foreach (string output in node.Output.Where(static name => name.Length > 0))
        {
            var shape = shapes.GetValueOrDefault(output);
            var elements = MacCounts.Elements(shape?.Dimensions);
            activations = activations is null || elements is null
                || shape!.Type is DataType.Undefined or DataType.String
                ? null
                : activations + elements * (shape.Type.Bits() / 8);
        }
        return new NodeCost(
            node.Name, node.OpType, shapes.GetValueOrDefault(node.Output[0]),
            own.Sum(static tensor => tensor.ElementCount()),
            own.Sum(Bytes), MacCounts.Of(node, new NodeShapes(node, shapes)), activations);
    }

    private static long Bytes(TensorProto tensor) => tensor.Type().Bytes(tensor.ElementCount());
}
