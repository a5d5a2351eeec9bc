using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Opsets;

/// <summary>Opset 9 drops statistics for each position (<c>spatial</c> 0).</summary>
internal sealed class BatchNormalizationRule : IOpsetRule
{
    public IReadOnlyList<string> OpTypes => ["BatchNormalization"];

    public void Convert(NodeProto node, OpsetWriter writer)
    {
        if (OpsetWriter.Take(node, "spatial") is { I: 0 })
        {
            throw writer.Refused(node, "expected statistics for each channel, got spatial=0, one for each position");
        }
        for (int i = 1; i < node.Output.Count; i++)
        {
            if (writer.IsUsed(node, i))
            {
                throw writer.Refused(node, $"expected evaluation mode, got the output '{node.Output[i]}' of training");
            }
        }
        while (node.Output.Count > 1)
        {
            node.Output.RemoveAt(node.Output.Count - 1);
        }
        writer.Keep(node);
    }
}
