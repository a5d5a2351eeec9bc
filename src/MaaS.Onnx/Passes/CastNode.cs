using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Passes;

/// <summary>Casts that passes put between nodes.</summary>
internal static class CastNode
{
    /// <summary>A node that casts a value, named after its output.</summary>
    public static NodeProto Create(string from, string to, DataType type)
    {
        var node = new NodeProto { OpType = "Cast", Name = $"{to}/Cast" };
        node.Input.Add(from);
        node.Output.Add(to);
        node.SetAttribute("to", (int)type);
        return node;
    }
}
