using System.Collections.Frozen;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace MaaS.Onnx.Inference;

/// <summary>Names and sizes of <see cref="ElementType"/> in the formats that MaaS reads and writes.</summary>
public static class ElementTypes
{
    private sealed record Row(
        ElementType Type, string Name, int Size, string? SafeTensors, string? Protocol, TensorElementType? Ort);

    private static readonly Row[] Rows =
    [
        new(ElementType.Bool, "bool", 1, "BOOL", "BOOL", TensorElementType.Bool),
        new(ElementType.UInt8, "uint8", 1, "U8", "UINT8", TensorElementType.UInt8),
        new(ElementType.Int8, "int8", 1, "I8", "INT8", TensorElementType.Int8),
        new(ElementType.UInt16, "uint16", 2, "U16", "UINT16", TensorElementType.UInt16),
        new(ElementType.Int16, "int16", 2, "I16", "INT16", TensorElementType.Int16),
        new(ElementType.UInt32, "uint32", 4, "U32", "UINT32", TensorElementType.UInt32),
        new(ElementType.Int32, "int32", 4, "I32", "INT32", TensorElementType.Int32),
        new(ElementType.UInt64, "uint64", 8, "U64", "UINT64", TensorElementType.UInt64),
        new(ElementType.Int64, "int64", 8, "I64", "INT64", TensorElementType.Int64),
        new(ElementType.Float8E5M2, "float8_e5m2", 1, "F8_E5M2", null, null),
        new(ElementType.Float8E4M3, "float8_e4m3", 1, "F8_E4M3", null, null),
        new(ElementType.Float16, "float16", 2, "F16", "FP16", TensorElementType.Float16),
        new(ElementType.BFloat16, "bfloat16", 2, "BF16", "BF16", TensorElementType.BFloat16),
        new(ElementType.Float32, "float32", 4, "F32", "FP32", TensorElementType.Float),
        new(ElementType.Float64, "float64", 8, "F64", "FP64", TensorElementType.Double),
        new(ElementType.String, "string", 0, null, "BYTES", TensorElementType.String),
    ];

    private static readonly FrozenDictionary<TensorElementType, ElementType> OfOrt
        = Rows.Where(r => r.Ort is not null).ToFrozenDictionary(r => r.Ort!.Value, r => r.Type);

    private static readonly FrozenDictionary<string, ElementType> OfSafeTensors
        = Rows.Where(r => r.SafeTensors is not null)
            .ToFrozenDictionary(r => r.SafeTensors!, r => r.Type, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, ElementType> OfProtocol
        = Rows.Where(r => r.Protocol is not null)
            .ToFrozenDictionary(r => r.Protocol!, r => r.Type, StringComparer.Ordinal);

    /// <summary>NumPy's name, as <c>float32</c>.</summary>
    public static string Name(this ElementType type) => Rows[(int)type].Name;

    /// <summary>Bytes of one element; 0 for strings.</summary>
    public static int Size(this ElementType type) => Rows[(int)type].Size;

    /// <summary>The name in the Open Inference Protocol, as <c>FP32</c>.</summary>
    /// <exception cref="NotSupportedException">The protocol has no such type.</exception>
    public static string ProtocolName(this ElementType type)
        => Rows[(int)type].Protocol
            ?? throw new NotSupportedException($"The Open Inference Protocol has no {type.Name()} tensors.");

    /// <summary>The type that the Open Inference Protocol calls <paramref name="name"/>.</summary>
    public static bool TryFromProtocol(string name, out ElementType type) => OfProtocol.TryGetValue(name, out type);

    /// <summary>The type that safetensors files call <paramref name="name"/>.</summary>
    public static bool TryFromSafeTensors(string name, out ElementType type)
        => OfSafeTensors.TryGetValue(name, out type);

    /// <summary>The name in safetensors files, as <c>F32</c>.</summary>
    /// <exception cref="NotSupportedException">The format has no such type.</exception>
    public static string SafeTensorsName(this ElementType type)
        => Rows[(int)type].SafeTensors
            ?? throw new NotSupportedException($"The safetensors format has no {type.Name()} tensors.");

    /// <summary>The element type of spans of <typeparamref name="T"/>.</summary>
    /// <exception cref="NotSupportedException">Tensors have no such elements.</exception>
    public static ElementType Of<T>()
        where T : unmanaged
    {
        // The comparisons are constants to the JIT: one branch is left of each instantiation.
        return typeof(T) == typeof(float) ? ElementType.Float32
            : typeof(T) == typeof(double) ? ElementType.Float64
            : typeof(T) == typeof(long) ? ElementType.Int64
            : typeof(T) == typeof(int) ? ElementType.Int32
            : typeof(T) == typeof(byte) ? ElementType.UInt8
            : typeof(T) == typeof(sbyte) ? ElementType.Int8
            : typeof(T) == typeof(bool) ? ElementType.Bool
            : typeof(T) == typeof(short) ? ElementType.Int16
            : typeof(T) == typeof(ushort) ? ElementType.UInt16
            : typeof(T) == typeof(uint) ? ElementType.UInt32
            : typeof(T) == typeof(ulong) ? ElementType.UInt64
            : typeof(T) == typeof(Half) ? ElementType.Float16
            : throw new NotSupportedException($"Tensors have no elements of type {typeof(T).Name}.");
    }

    internal static bool TryFromOrt(TensorElementType type, out ElementType result)
        => OfOrt.TryGetValue(type, out result);

    internal static TensorElementType ToOrt(this ElementType type)
        => Rows[(int)type].Ort ?? throw new NotSupportedException($"ONNX Runtime runs no {type.Name()} tensors here.");
}
