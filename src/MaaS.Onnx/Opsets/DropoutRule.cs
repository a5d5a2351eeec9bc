using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Opsets;

/// <summary>The ratio became an input in opset 12, which only training reads. Type and values of the mask changed as
/// well.</summary>
internal sealed class DropoutRule : IOpsetRule
{
    public IReadOnlyList<string> OpTypes => ["Dropout"];

    public void Convert(NodeProto node, OpsetWriter writer)
    {
        if (writer.Opset < 12)
        {
            if (writer.IsUsed(node, 1))
            {
                throw writer.Refused(
                    node, "expected a mask that nothing reads, which means another thing in newer opsets");
            }
            OpsetWriter.Take(node, "ratio");
            while (node.Output.Count > 1)
            {
                node.Output.RemoveAt(1);
            }
        }
        writer.Keep(node);
    }
}
