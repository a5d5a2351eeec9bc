using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Opsets;

/// <summary>Axes became an input in opset 13.</summary>
internal sealed class AxesRule : IOpsetRule
{
    public IReadOnlyList<string> OpTypes => ["Squeeze", "Unsqueeze", "ReduceSum"];

    public void Convert(NodeProto node, OpsetWriter writer)
    {
        if (OpsetWriter.Take(node, "axes") is { } axes)
        {
            node.Input.Add(writer.Ints($"{node.Output[0]}_axes", [.. axes.Ints]));
        }
        writer.Keep(node);
    }
}
