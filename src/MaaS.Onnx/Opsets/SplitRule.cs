using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Opsets;

/// <summary>The sizes of the parts became an input in opset 13; equal parts are given by the number of outputs in
/// both.</summary>
internal sealed class SplitRule : IOpsetRule
{
    public IReadOnlyList<string> OpTypes => ["Split"];

    public void Convert(NodeProto node, OpsetWriter writer)
    {
        if (OpsetWriter.Take(node, "split") is { } sizes)
        {
            node.Input.Add(writer.Ints($"{node.Output[0]}_split", [.. sizes.Ints]));
        }
        writer.Keep(node);
    }
}
