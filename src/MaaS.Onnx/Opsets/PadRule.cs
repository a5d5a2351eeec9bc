using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Opsets;

/// <summary>Sizes and value of the padding became inputs in opset 11.</summary>
internal sealed class PadRule : IOpsetRule
{
    public IReadOnlyList<string> OpTypes => ["Pad"];

    public void Convert(NodeProto node, OpsetWriter writer)
    {
        if (writer.Opset < 11)
        {
            var pads = OpsetWriter.Take(node, "pads") ?? throw writer.Refused(
                node, "expected the attribute pads, got none");
            float value = OpsetWriter.Take(node, "value")?.F ?? 0;
            string sizes = writer.Ints($"{node.Output[0]}_pads", [.. pads.Ints]);
            bool written = value != 0 && node.String("mode", "constant") == "constant";
            string constant = written ? writer.ScalarLike(node.Input[0], $"{node.Output[0]}_value", value, node) : "";
            OpsetWriter.AppendInputs(node, sizes, constant);
        }
        writer.Keep(node);
    }
}
