using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Opsets;

/// <summary>The number of values became an input in opset 10; the attributes that opset 11 adds have the old meaning as
/// default.</summary>
internal sealed class TopKRule : IOpsetRule
{
    public IReadOnlyList<string> OpTypes => ["TopK"];

    public void Convert(NodeProto node, OpsetWriter writer)
    {
        if (writer.Opset < 10)
        {
            var k = OpsetWriter.Take(node, "k") ?? throw writer.Refused(node, "expected the attribute k, got none");
            node.Input.Add(writer.Ints($"{node.Output[0]}_k", k.I));
        }
        writer.Keep(node);
    }
}
