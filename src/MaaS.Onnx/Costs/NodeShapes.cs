using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Costs;

/// <summary>The shapes around one node.</summary>
internal readonly struct NodeShapes(NodeProto node, IReadOnlyDictionary<string, OnnxShape> shapes)
{
    /// <summary>The first output's shape, or null.</summary>
    public IReadOnlyList<OnnxDimension>? Output => shapes.GetValueOrDefault(node.Output[0])?.Dimensions;

    /// <summary>An input's shape, or null.</summary>
    public IReadOnlyList<OnnxDimension>? Input(int index) =>
        shapes.GetValueOrDefault(node.InputOrEmpty(index))?.Dimensions;
}
