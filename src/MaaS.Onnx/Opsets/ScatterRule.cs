using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Opsets;

/// <summary>Opset 11 calls it ScatterElements.</summary>
internal sealed class ScatterRule : IOpsetRule
{
    public IReadOnlyList<string> OpTypes => ["Scatter"];

    public void Convert(NodeProto node, OpsetWriter writer)
    {
        node.OpType = "ScatterElements";
        writer.Keep(node);
    }
}
