using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Opsets;

/// <summary>Upsample is Resize from opset 10 on. Its scales are an attribute in opset 7 and 8.</summary>
internal sealed class UpsampleRule : IOpsetRule
{
    public IReadOnlyList<string> OpTypes => ["Upsample"];

    public void Convert(NodeProto node, OpsetWriter writer)
    {
        if (OpsetWriter.Take(node, "scales") is { } scales)
        {
            node.Input.Add(writer.Floats($"{node.Output[0]}_scales", [.. scales.Floats]));
        }
        if (node.Input.Count < 2)
        {
            throw writer.Refused(node, "expected scales, got none");
        }
        node.OpType = "Resize";
        // It never makes its input smaller, so that the position in the input is always rounded down.
        ResizeRule.Rewrite(node, node.Input[1], "floor");
        writer.Keep(node);
    }
}
