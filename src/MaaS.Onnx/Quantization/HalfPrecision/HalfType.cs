using System.Runtime.InteropServices;
using Google.Protobuf;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Quantization.HalfPrecision;

/// <summary>A 16-bit floating-point type.</summary>
public enum HalfType
{
    /// <summary>IEEE 754 binary16: 11 significant bits, magnitudes from 6e-8 to 65504.</summary>
    Float16,

    /// <summary>The upper half of binary32: 8 significant bits, the same range.</summary>
    BFloat16,
}

/// <summary>Rounds tensors to 16 bits.</summary>
internal static class HalfTypes
{
    private const float LeastFloat16 = 5.9604645e-8f;   // 2^−24

    public static DataType ElementType(this HalfType type)
        => type == HalfType.Float16 ? DataType.Float16 : DataType.Bfloat16;

    /// <summary>A float tensor in 16 bits, rounded half to even. What float16 cannot hold saturates instead of becoming
    /// infinite or, for divisors, zero.</summary>
    public static TensorProto Round(TensorProto tensor, HalfType type)
    {
        Converter<float, ushort> round = type == HalfType.Float16 ? Float16 : BFloat16;
        ushort[] bits = Array.ConvertAll(tensor.ToArray<float>(), round);
        return OnnxTensor.FromBytes(
            tensor.Name, type.ElementType(), [.. tensor.Dims],
            ByteString.CopyFrom(MemoryMarshal.AsBytes(bits.AsSpan())));
    }

    private static ushort Float16(float value)
    {
        if (float.IsFinite(value))
        {
            value = Math.Clamp(value, -(float)Half.MaxValue, (float)Half.MaxValue);
        }

        if (value != 0 && Math.Abs(value) < LeastFloat16)
        {
            value = MathF.CopySign(LeastFloat16, value);
        }

        return BitConverter.HalfToUInt16Bits((Half)value);
    }

    private static ushort BFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value))
        {
            return (ushort)((bits >> 16) | 0x40);
        }

        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
