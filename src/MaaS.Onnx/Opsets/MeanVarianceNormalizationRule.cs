using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Opsets;

/// <summary>ONNX has it from opset 9 on; before, ONNX Runtime knows an experimental operator of that name with other
/// attributes.</summary>
internal sealed class MeanVarianceNormalizationRule : IOpsetRule
{
    public IReadOnlyList<string> OpTypes => ["MeanVarianceNormalization"];

    public void Convert(NodeProto node, OpsetWriter writer)
    {
        if (writer.Opset < 9)
        {
            throw writer.Refused(node, "expected an operator of the standard, got an experimental one");
        }
        writer.Keep(node);
    }
}
