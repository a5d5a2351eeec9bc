using MaaS.Onnx;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Core.Generation.Adapters;

/// <summary>Gives a decoder inputs for the matrices of low-rank adapters, so that texts of one batch may each have an
/// adapter of their own over the same weights.</summary>
/// <remarks>Hu et al. 2022: LoRA, low-rank adaptation of large language models. A layer x W becomes x W + x A B, with
/// inputs <c>LAYER.lora_a</c> (1 or B, in, r) and <c>LAYER.lora_b</c> (1 or B, r, out); the scale is in B.</remarks>
public static class AdapterInputs
{
    internal const string Down = ".lora_a", Up = ".lora_b";

    /// <summary>Layers of a network that can be adapted: products of what varies with constant weights, by the name of
    /// their node without the operator.</summary>
    public static IReadOnlyList<string> Layers(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = new GraphIndex(model.Graph);
        return [.. model.Graph.Node.Where(n => Sizes(graph, n) is not null).Select(LayerOf)];
    }

    /// <summary>Adds the inputs of layers.</summary>
    /// <param name="model">Changed in place.</param>
    /// <param name="layers">Some of <see cref="Layers"/>, none of which has the inputs.</param>
    /// <exception cref="ArgumentException">There is no such layer.</exception>
    public static void Add(OnnxModel model, IEnumerable<string> layers)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(layers);
        var graph = new GraphIndex(model.Graph);
        var nodes = model.Graph.Node.Where(n => Sizes(graph, n) is not null).ToLookup(LayerOf);
        foreach (var layer in layers)
        {
            if (nodes[layer].ToArray() is not [var node])
            {
                throw new ArgumentException(
                    $"adapters: expected one layer '{layer}' in the network, got {nodes[layer].Count()}; it has "
                    + $"{string.Join(", ", nodes.Select(static n => n.Key))}.", nameof(layers));
            }

            Add(model.Graph, node, layer, Sizes(graph, node)!.Value);
        }
    }

    private static void Add(GraphProto graph, NodeProto node, string layer, (long In, long Out) sizes)
    {
        var (low, adapted, whole) = (layer + "/lora_low", layer + "/lora_adapted", node.Output[0]);
        var plain = layer + "/lora_plain";
        graph.Input.Add(OnnxDimension.ValueInfo(layer + Down, DataType.Float, ["lora_batch", sizes.In, "rank"]));
        graph.Input.Add(OnnxDimension.ValueInfo(layer + Up, DataType.Float, ["lora_batch", "rank", sizes.Out]));
        node.Output[0] = plain;
        var place = graph.Node.IndexOf(node) + 1;
        graph.Node.Insert(place, Node("Add", whole, plain, adapted));
        graph.Node.Insert(place, Node("MatMul", adapted, low, layer + Up));
        graph.Node.Insert(place, Node("MatMul", low, node.Input[0], layer + Down));
    }

    private static NodeProto Node(string type, string output, string first, string second)
        => new() { OpType = type, Name = output, Input = { first, second }, Output = { output } };

    // decoder.layers.0.attention.query/MatMul is the layer decoder.layers.0.attention.query.
    private static string LayerOf(NodeProto node)
    {
        var end = node.Name.LastIndexOf('/');
        return end < 0 ? node.Name : node.Name[..end];
    }

    private static (long In, long Out)? Sizes(GraphIndex graph, NodeProto node)
    {
        if (node.OpType == "MatMulNBits")
        {
            long Attribute(string name) => node.Attribute.FirstOrDefault(a => a.Name == name)?.I ?? 0;
            return (Attribute("K"), Attribute("N"));
        }

        return node.OpType == "MatMul" && graph.Initializer(node.Input[0]) is null
            && graph.Initializer(node.Input[1]) is { Dims: [var rows, var columns] } ? (rows, columns) : null;
    }
}
