using System.Globalization;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Quantization;

/// <summary>The weights of a quantized model that are still floating-point numbers, in words.</summary>
internal static class UnquantizedWeights
{
    // Biases, scales and small constants are no weights that anybody would quantize.
    private const int LeastBytes = 1024;

    /// <summary>One line for each operator, place and type, the most bytes first, as
    /// <c>3 weights of Conv in bodies of If, 12.5 KiB of float16</c>.</summary>
    public static IReadOnlyList<string> Describe(OnnxModel model)
    {
        var groups = Find(model.Graph, "")
            .GroupBy(static weight => (weight.Reader, weight.Place, Type: weight.Tensor.Type()))
            .Select(static group => (
                group.Key, Count: group.Count(), Bytes: group.Sum(static weight => Bytes(weight.Tensor))))
            .OrderByDescending(static group => group.Bytes);
        return
        [
            .. groups.Select(static group =>
                $"{group.Count} {(group.Count == 1 ? "weight" : "weights")} of {group.Key.Reader}{group.Key.Place}, "
                + string.Create(CultureInfo.InvariantCulture, $"{group.Bytes / 1024.0:N1} KiB of "
                + $"{Name(group.Key.Type)}")),
        ];
    }

    // In the graph and in the bodies of its nodes; a weight of the graph may be read in a body only.
    private static IEnumerable<(string Reader, string Place, TensorProto Tensor)> Find(GraphProto graph, string place)
    {
        var index = new GraphIndex(graph);
        var constants = graph.Node.Where(static node => node.OpType == "Constant"
                && node.Attribute("value")?.T is not null)
            .Select(static node => (node.Output[0], node.Attribute("value")!.T));
        var tensors = graph.Initializer.Select(static tensor => (tensor.Name, tensor)).Concat(constants);
        foreach (var (name, tensor) in tensors)
        {
            if (tensor.Type().IsFloat() && tensor.Dims.Count > 1 && Bytes(tensor) >= LeastBytes
                && index.Consumers(name) is [var first, ..]
                && Reader(first, name, place) is ({ } reader, var where) && reader.IsStandard())
            {
                yield return (reader.OpType, where, tensor);
            }
        }
        foreach (var node in graph.Node)
        {
            foreach (var weight in node.Subgraphs().SelectMany(body => Find(body, $" in bodies of {node.OpType}")))
            {
                yield return weight;
            }
        }
    }

    // The node that computes with a weight: one in a body where the node itself only holds the body.
    private static (NodeProto? Node, string Place) Reader(NodeProto node, string name, string place)
    {
        if (node.Input.Contains(name))
        {
            return (node, place);
        }
        var inner = node.Subgraphs().SelectMany(static body => body.Node)
            .FirstOrDefault(n => n.References().Contains(name));
        return inner is null ? (null, place) : Reader(inner, name, $" in bodies of {node.OpType}");
    }

    private static long Bytes(TensorProto tensor) => tensor.Type().Bytes(tensor.ElementCount());

    private static string Name(DataType type) => type switch
    {
        DataType.Float => "float32",
        DataType.Double => "float64",
        _ => type.Label(),
    };
}
