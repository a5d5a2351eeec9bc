using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Operators;

/// <summary>How one node of a graph runs on 8-bit integers.</summary>
/// <param name="Node">The node.</param>
/// <param name="Role">What decides whether it is quantized and with which parameters.</param>
/// <param name="Activations">Positions of the inputs that are quantized as activations.</param>
internal sealed record QuantizableNode(NodeProto Node, NodeRole Role, int[] Activations)
{
    /// <summary>The position of the constant weight; null where there is none.</summary>
    public int? Weight { get; init; }

    /// <summary>The weight's axis of output channels.</summary>
    public int WeightAxis { get; init; }

    /// <summary>The position of the constant bias, a vector over the output channels; null where there is
    /// none.</summary>
    public int? Bias { get; init; }

    /// <summary>Whether ONNX Runtime has an integer kernel for it that returns floats.</summary>
    public bool MayReturnFloat { get; init; }
}

/// <summary>What decides whether a node is quantized.</summary>
internal enum NodeRole
{
    /// <summary>It multiplies by weights: integers pay by themselves.</summary>
    Product,

    /// <summary>It is quantized between quantized nodes, its output over a range of its own.</summary>
    Between,

    /// <summary>As <see cref="Between"/>, but it only moves or selects values: input and output share their
    /// parameters.</summary>
    Moves,
}
