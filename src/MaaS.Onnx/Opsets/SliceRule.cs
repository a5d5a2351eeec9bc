using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Opsets;

/// <summary>Starts, ends and axes became inputs in opset 10.</summary>
internal sealed class SliceRule : IOpsetRule
{
    public IReadOnlyList<string> OpTypes => ["Slice"];

    public void Convert(NodeProto node, OpsetWriter writer)
    {
        if (writer.Opset < 10)
        {
            string starts = Input(node, "starts", writer), ends = Input(node, "ends", writer);
            string axes = Input(node, "axes", writer);
            if (starts.Length == 0 || ends.Length == 0)
            {
                throw writer.Refused(node, "expected the attributes starts and ends");
            }
            OpsetWriter.AppendInputs(node, starts, ends, axes);
        }
        writer.Keep(node);
    }

    private static string Input(NodeProto node, string name, OpsetWriter writer) =>
        OpsetWriter.Take(node, name) is { } values ? writer.Ints($"{node.Output[0]}_{name}", [.. values.Ints]) : "";
}
