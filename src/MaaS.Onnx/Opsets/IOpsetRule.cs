using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Opsets;

/// <summary>Rewrites nodes of operators whose meaning changed between opset 7 and 13.</summary>
internal interface IOpsetRule
{
    /// <summary>The standard ONNX operators it knows.</summary>
    IReadOnlyList<string> OpTypes { get; }

    /// <summary>Writes what computes the same in opset 13.</summary>
    /// <exception cref="NotSupportedException">Nothing in opset 13 does.</exception>
    void Convert(NodeProto node, OpsetWriter writer);
}
