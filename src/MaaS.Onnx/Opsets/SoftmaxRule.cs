using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Opsets;

/// <summary>Before opset 13 these operators take all axes from <c>axis</c> (default 1) on as one; from 13 on, only that
/// axis.</summary>
internal sealed class SoftmaxRule : IOpsetRule
{
    public IReadOnlyList<string> OpTypes => ["Softmax", "LogSoftmax", "Hardmax"];

    public void Convert(NodeProto node, OpsetWriter writer)
    {
        long axis = node.Int("axis", 1);
        var shape = writer.ShapeOf(node.Input[0]);
        if (shape is { Count: > 0 })
        {
            // One axis of those that are taken as one has the values: the rest are of size 1.
            int first = OnnxDimension.Axis(axis, shape.Count);
            int[] sized = [.. Enumerable.Range(first, shape.Count - first).Where(i => shape[i].Size != 1)];
            if (sized.Length <= 1)
            {
                node.SetAttribute("axis", (long)(sized.Length == 1 ? sized[0] : shape.Count - 1));
                writer.Keep(node);
                return;
            }
        }
        string x = node.Input[0], y = node.Output[0];
        string size = writer.Add("Shape", $"{y}_shape", [x]);
        string flat = writer.Add("Flatten", $"{y}_flat", [x], ("axis", axis));   // (axes before, axes from axis on)
        string result = writer.Add(node.OpType, $"{y}_flat_result", [flat], ("axis", -1L));
        writer.Add("Reshape", node.Name, [result, size], y);
    }
}
