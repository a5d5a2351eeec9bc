using System.Runtime.InteropServices;
using Google.Protobuf;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Passes;

/// <summary>Stores float32 matrices as bfloat16, rounded to nearest even, and casts them back where they are read: half
/// the file, float32 arithmetic, and it runs wherever the model ran (few operators compute in bfloat16).</summary>
public sealed class Bfloat16Weights : IGraphPass
{
    /// <inheritdoc/>
    public string Name => "bfloat16-weights";

    // The first whose Cast takes bfloat16.
    private const int LeastOpset = 13;

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The opset is older than 13, in which no operator takes
    /// bfloat16.</exception>
    public bool Run(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.Opset < LeastOpset)
        {
            throw new NotSupportedException(
                $"bfloat16 weights: expected opset {LeastOpset} or newer, whose Cast takes bfloat16, got "
                    + $"{model.Opset}; convert the model "
                + "with OpsetConverter or export it again");
        }
        var graph = model.Graph;
        var casts = new List<NodeProto>();
        var uses = new Dictionary<string, string>();
        foreach (var tensor in graph.Initializer.Where(static t => t.Type() == DataType.Float && t.Dims.Count > 1))
        {
            var node = new NodeProto { OpType = "Cast", Name = $"{tensor.Name}/Cast" };
            node.Input.Add(tensor.Name);
            node.Output.Add(uses[tensor.Name] = $"{tensor.Name}.float");
            node.SetAttribute("to", (int)DataType.Float);
            casts.Add(node);
            ushort[] bits = Array.ConvertAll(tensor.ToArray<float>(), Round);
            tensor.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(bits.AsSpan()));
            tensor.FloatData.Clear();
            tensor.DataType = (int)DataType.Bfloat16;
        }
        graph.ReplaceUses(uses);
        var nodes = casts.Concat(graph.Node).ToList();
        graph.Node.Clear();
        graph.Node.Add(nodes);
        return casts.Count > 0;
    }

    private static ushort Round(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)(bits >> 16 | 0x40) : (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }
}
