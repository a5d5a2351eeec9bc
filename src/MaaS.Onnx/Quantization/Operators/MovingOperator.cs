using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Operators;

/// <summary>Operators that move or select values of their first input: they run on the integers as they are.</summary>
internal sealed class MovingOperator : IQuantizableOperator
{
    public IReadOnlyList<string> OpTypes =>
        ["MaxPool", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Slice", "Split", "Gather", "Expand",
            "Resize"];

    public QuantizableNode? Match(NodeProto node, GraphIndex graph)
    {
        // Interpolation makes new values, and MaxPool's second output counts positions.
        if (node.OpType == "Resize" && node.String("mode", "nearest") != "nearest")
        {
            return null;
        }

        if (node.OpType == "MaxPool" && node.Output.Count > 1)
        {
            return null;
        }

        return new(node, NodeRole.Moves, [0]);
    }
}
