using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Opsets;

/// <summary>Bounds became inputs in opset 11.</summary>
internal sealed class ClipRule : IOpsetRule
{
    public IReadOnlyList<string> OpTypes => ["Clip"];

    public void Convert(NodeProto node, OpsetWriter writer)
    {
        if (writer.Opset < 11)
        {
            string min = Bound(node, "min", writer), max = Bound(node, "max", writer);
            OpsetWriter.AppendInputs(node, min, max);
        }
        writer.Keep(node);
    }

    // The default bounds are those of float32, which bound nothing.
    private static string Bound(NodeProto node, string name, OpsetWriter writer) =>
        OpsetWriter.Take(node, name) is { } bound && Math.Abs(bound.F) < float.MaxValue
            ? writer.ScalarLike(node.Input[0], $"{node.Output[0]}_{name}", bound.F, node)
            : "";
}
