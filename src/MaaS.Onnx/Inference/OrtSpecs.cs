using Microsoft.ML.OnnxRuntime;

namespace MaaS.Onnx.Inference;

/// <summary>ONNX Runtime's metadata as <see cref="TensorSpec"/>s.</summary>
internal static class OrtSpecs
{
    public static TensorSpec[] Of(
        IReadOnlyList<string> names, IReadOnlyDictionary<string, NodeMetadata> metadata, string what)
        => [.. names.Select(name => Of(name, metadata[name], what))];

    private static TensorSpec Of(string name, NodeMetadata node, string what)
    {
        if (node.OnnxValueType != OnnxValueType.ONNX_TYPE_TENSOR)
        {
            throw new InferenceException(
                $"{what} '{name}': expected a tensor, got {node.OnnxValueType}; MaaS runs models over tensors only.");
        }

        if (!ElementTypes.TryFromOrt(node.ElementDataType, out var type))
        {
            throw new InferenceException(
                $"{what} '{name}': expected a number, bool or string type, got {node.ElementDataType}.");
        }

        return new TensorSpec(name, type, [.. node.Dimensions.Select(d => d < 0 ? -1L : d)])
        {
            AxisNames = [.. node.SymbolicDimensions.Select(s => string.IsNullOrWhiteSpace(s) ? null : s)],
        };
    }
}
