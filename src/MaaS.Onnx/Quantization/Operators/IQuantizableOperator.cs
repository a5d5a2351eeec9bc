using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Operators;

/// <summary>Knows one kind of operator that ONNX Runtime runs on 8-bit integers.</summary>
internal interface IQuantizableOperator
{
    /// <summary>The standard ONNX operators it knows.</summary>
    IReadOnlyList<string> OpTypes { get; }

    /// <summary>How a node of such an operator is quantized; null where no integer kernel fits it.</summary>
    QuantizableNode? Match(NodeProto node, GraphIndex graph);
}
