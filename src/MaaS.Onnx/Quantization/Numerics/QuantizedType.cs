using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Quantization.Numerics;

/// <summary>The 8-bit integer that activations become.</summary>
public enum QuantizedType
{
    /// <summary>0 to 255: what ONNX Runtime's processor kernels are written for.</summary>
    UInt8,

    /// <summary>−128 to 127.</summary>
    Int8,
}

/// <summary>Bounds and ONNX names of <see cref="QuantizedType"/>.</summary>
internal static class QuantizedTypes
{
    public static (int Lowest, int Highest) Bounds(this QuantizedType type) => type switch
    {
        QuantizedType.UInt8 => (byte.MinValue, byte.MaxValue),
        QuantizedType.Int8 => (sbyte.MinValue, sbyte.MaxValue),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "quantized type: expected UInt8 or Int8"),
    };

    public static DataType ElementType(this QuantizedType type) =>
        type == QuantizedType.UInt8 ? DataType.Uint8 : DataType.Int8;
}
