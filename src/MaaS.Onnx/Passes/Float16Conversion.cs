using System.Runtime.InteropServices;
using Google.Protobuf;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Passes;

/// <summary>Computes in float16 instead of float32 and halves the weights; inputs and outputs of the graph stay
/// float32. Values beyond ±65504 are clamped to it.</summary>
public sealed class Float16Conversion : IGraphPass
{
    // These inputs are float32 in every version of the operator.
    private static readonly Dictionary<string, int[]> KeptInputs = new() { ["Resize"] = [1, 2], ["Upsample"] = [1] };

    /// <inheritdoc/>
    public string Name => "float16-conversion";

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">A node has a subgraph, or is quantized.</exception>
    public bool Run(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = model.Graph;
        foreach (var node in graph.Node)
        {
            if (node.Subgraphs().Any() || node.OpType.Contains("Quantize", StringComparison.Ordinal))
            {
                throw new NotSupportedException(
                    $"float16: {node.Describe()} cannot be converted; convert before it is added");
            }
        }
        var kept = graph.Node.Where(static node => KeptInputs.ContainsKey(node.OpType))
            .SelectMany(static node => KeptInputs[node.OpType].Select(node.InputOrEmpty)).ToHashSet();
        bool changed = false;
        foreach (var tensor in graph.Initializer.Where(
            tensor => tensor.Type() == DataType.Float && !kept.Contains(tensor.Name)))
        {
            Convert(tensor);
            changed = true;
        }
        foreach (var node in graph.Node)
        {
            changed |= ConvertAttributes(node);
        }

        foreach (var value in graph.ValueInfo.Where(static value => value.ElementType() == DataType.Float))
        {
            value.Type.TensorType.ElemType = (int)DataType.Float16;
        }

        return ConvertEdges(graph) || changed;
    }

    private static void Convert(TensorProto tensor)
    {
        var halves = tensor.ToArray<float>().Select(static value => float.IsFinite(value)
            ? (Half)Math.Clamp(value, -65504f, 65504f) : (Half)value).ToArray();
        tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(halves.AsSpan()));
        tensor.FloatData.Clear();
        tensor.DataType = (int)DataType.Float16;
    }

    // Casts to float, and values that nodes make themselves.
    private static bool ConvertAttributes(NodeProto node)
    {
        bool changed = false;
        foreach (var attribute in node.Attribute)
        {
            if (attribute.Name is "to" or "dtype" && attribute.I == (int)DataType.Float)
            {
                attribute.I = (int)DataType.Float16;
                changed = true;
            }
            else if (attribute.T?.Type() == DataType.Float)
            {
                Convert(attribute.T);
                changed = true;
            }
        }
        return changed;
    }

    // A cast behind each float input and one before each float output; both keep their names.
    private static bool ConvertEdges(GraphProto graph)
    {
        var casts = new List<NodeProto>();
        var uses = new Dictionary<string, string>();
        foreach (var input in graph.Input.Where(static input => input.ElementType() == DataType.Float))
        {
            uses[input.Name] = $"{input.Name}.float16";
            casts.Add(CastNode.Create(input.Name, uses[input.Name], DataType.Float16));
        }
        graph.ReplaceUses(uses);
        var outputs = new List<NodeProto>();
        var renamed = new Dictionary<string, string>();
        foreach (var output in graph.Output.Where(static output => output.ElementType() == DataType.Float))
        {
            renamed[output.Name] = $"{output.Name}.float16";
            outputs.Add(CastNode.Create(renamed[output.Name], output.Name, DataType.Float));
        }
        foreach (var node in graph.Node)
        {
            for (int i = 0; i < node.Output.Count; i++)
            {
                node.Output[i] = renamed.GetValueOrDefault(node.Output[i], node.Output[i]);
            }
        }
        graph.ReplaceUses(renamed);
        var nodes = casts.Concat(graph.Node).Concat(outputs).ToList();
        graph.Node.Clear();
        graph.Node.Add(nodes);
        return uses.Count + renamed.Count > 0;
    }
}
