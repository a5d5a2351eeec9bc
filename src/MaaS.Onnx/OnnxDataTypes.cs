using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx;

/// <summary>ONNX element types and the .NET types that hold them.</summary>
public static class OnnxDataTypes
{
    /// <summary>Bits of one element; 0 for strings, whose length varies.</summary>
    /// <exception cref="NotSupportedException">The type is undefined or unknown.</exception>
    public static int Bits(this DataType type) => type switch
    {
        DataType.Uint4 or DataType.Int4 => 4,
        DataType.Uint8 or DataType.Int8 or DataType.Bool or DataType.Float8E4M3Fn or DataType.Float8E4M3Fnuz
            or DataType.Float8E5M2 or DataType.Float8E5M2Fnuz => 8,
        DataType.Uint16 or DataType.Int16 or DataType.Float16 or DataType.Bfloat16 => 16,
        DataType.Float or DataType.Int32 or DataType.Uint32 => 32,
        DataType.Double or DataType.Int64 or DataType.Uint64 or DataType.Complex64 => 64,
        DataType.Complex128 => 128,
        DataType.String => 0,
        _ => throw new NotSupportedException($"onnx: element type {(int)type} is not known"),
    };

    /// <summary>Bytes that <paramref name="elements"/> packed elements take.</summary>
    public static long Bytes(this DataType type, long elements) => checked((elements * type.Bits() + 7) / 8);

    /// <summary>Whether the type is a binary floating-point one.</summary>
    public static bool IsFloat(this DataType type) =>
        type is DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16;

    /// <summary>The element type that holds a .NET type.</summary>
    /// <exception cref="NotSupportedException"><typeparamref name="T"/> has no ONNX element type.</exception>
    public static DataType Of<T>() where T : unmanaged => Type.GetTypeCode(typeof(T)) switch
    {
        TypeCode.Single => DataType.Float,
        TypeCode.Double => DataType.Double,
        TypeCode.Int64 => DataType.Int64,
        TypeCode.Int32 => DataType.Int32,
        TypeCode.Int16 => DataType.Int16,
        TypeCode.SByte => DataType.Int8,
        TypeCode.Byte => DataType.Uint8,
        TypeCode.UInt16 => DataType.Uint16,
        TypeCode.UInt32 => DataType.Uint32,
        TypeCode.UInt64 => DataType.Uint64,
        TypeCode.Boolean => DataType.Bool,
        _ when typeof(T) == typeof(Half) => DataType.Float16,
        _ => throw new NotSupportedException($"onnx: {typeof(T).Name} has no element type"),
    };

    /// <summary>The name as ONNX writes it in lower case: <c>float</c>, <c>int64</c>.</summary>
    public static string Label(this DataType type) => type.ToString().ToLowerInvariant();

    /// <summary>The element type of a tensor-typed value, or undefined.</summary>
    public static DataType ElementType(this ValueInfoProto value) =>
        value.Type?.TensorType is { } tensor ? (DataType)tensor.ElemType : DataType.Undefined;
}
