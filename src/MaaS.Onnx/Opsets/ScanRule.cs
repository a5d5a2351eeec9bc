using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Opsets;

/// <summary>Scan of opset 8 runs over a batch of sequences with lengths of their own, which opset 9 drops.</summary>
internal sealed class ScanRule : IOpsetRule
{
    public IReadOnlyList<string> OpTypes => ["Scan"];

    public void Convert(NodeProto node, OpsetWriter writer)
    {
        if (writer.Opset < 9)
        {
            throw writer.Refused(node, "expected Scan of opset 9 or newer, which has no batch axis of its own");
        }
        writer.Keep(node);
    }
}
