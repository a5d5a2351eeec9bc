using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Dynamic;

/// <summary>Rewrites one kind of operator to integer weights, with activations quantized as they come.</summary>
internal interface IDynamicOperator
{
    /// <summary>The standard ONNX operator it knows.</summary>
    string OpType { get; }

    /// <summary>Whether a node has constant weights and the form that an integer kernel takes.</summary>
    bool Fits(NodeProto node, DynamicGraph graph);

    /// <summary>Writes the nodes that replace a node which fits; they make the same outputs.</summary>
    void Rewrite(NodeProto node, DynamicGraph graph);
}
