using System.Collections.Frozen;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx;

/// <summary>How many inputs and outputs standard operators have at least, so that readers of a graph may index
/// them.</summary>
/// <remarks>Source: ONNX, Operators.md. The smallest number over all versions of an operator stands here.</remarks>
internal static class OperatorArity
{
    private static readonly FrozenDictionary<string, int> Inputs = new Dictionary<int, string[]>
    {
        [0] = ["Constant", "Loop", "Optional", "RandomNormal", "RandomUniform", "SequenceEmpty"],
        [2] =
        [
            "Add", "And", "BitShift", "Compress", "Conv", "ConvInteger", "ConvTranspose", "DequantizeLinear", "Div",
            "Equal", "Expand", "Gather",
            "GatherElements", "GatherND", "Gemm", "Greater", "GreaterOrEqual", "LayerNormalization", "Less",
            "LessOrEqual", "MatMul", "MatMulInteger",
            "Mod", "Mul", "Or", "PRelu", "Pow", "QuantizeLinear", "Sub", "Tile", "Xor",
        ],
        [3] = [
            "GRU", "InstanceNormalization", "LSTM", "OneHot", "RNN", "Range", "Scatter", "ScatterElements",
            "ScatterND", "Where"],
        [5] = ["BatchNormalization"],
        [8] = ["QLinearConv", "QLinearMatMul"],
    }.SelectMany(static entry => entry.Value.Select(type => (Type: type, Least: entry.Key)))
        .ToFrozenDictionary(static entry => entry.Type, static entry => entry.Least);

    /// <summary>Checks a node.</summary>
    /// <exception cref="InvalidDataException">A standard operator has too few inputs, or any operator no
    /// output.</exception>
    public static void Check(NodeProto node)
    {
        if (node.Output.FirstOrDefault(static name => name.Contains('\0')) is { } cut)
        {
            throw new InvalidDataException(
                $"onnx: {node.Describe()}: expected names without zero bytes, at which ONNX Runtime cuts them, got "
                    + $"'{cut}'");
        }

        var least = node.IsStandard() ? Inputs.GetValueOrDefault(node.OpType, 1) : 0;
        if (node.Input.Count < least || node.Output.Count == 0)
        {
            throw new InvalidDataException(
                $"onnx: {node.Describe()}: expected at least {least} inputs and 1 output, got {node.Input.Count} and "
                    + $"{node.Output.Count}");
        }
    }
}
