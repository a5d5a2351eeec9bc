using System.Text.Json.Serialization;

namespace MaaS.Onnx.Inference;

/// <summary>The type of a tensor's elements. JSON uses NumPy's names: <c>"float32"</c>, <c>"int64"</c>, ….</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ElementType>))]
public enum ElementType
{
    /// <summary>One byte, 0 or 1.</summary>
    [JsonStringEnumMemberName("bool")]
    Bool,

    /// <summary>Unsigned, 8 bits.</summary>
    [JsonStringEnumMemberName("uint8")]
    UInt8,

    /// <summary>Signed, 8 bits.</summary>
    [JsonStringEnumMemberName("int8")]
    Int8,

    /// <summary>Unsigned, 16 bits.</summary>
    [JsonStringEnumMemberName("uint16")]
    UInt16,

    /// <summary>Signed, 16 bits.</summary>
    [JsonStringEnumMemberName("int16")]
    Int16,

    /// <summary>Unsigned, 32 bits.</summary>
    [JsonStringEnumMemberName("uint32")]
    UInt32,

    /// <summary>Signed, 32 bits.</summary>
    [JsonStringEnumMemberName("int32")]
    Int32,

    /// <summary>Unsigned, 64 bits.</summary>
    [JsonStringEnumMemberName("uint64")]
    UInt64,

    /// <summary>Signed, 64 bits.</summary>
    [JsonStringEnumMemberName("int64")]
    Int64,

    /// <summary>8-bit float, 5 exponent and 2 mantissa bits. Storage only.</summary>
    [JsonStringEnumMemberName("float8_e5m2")]
    Float8E5M2,

    /// <summary>8-bit float, 4 exponent and 3 mantissa bits. Storage only.</summary>
    [JsonStringEnumMemberName("float8_e4m3")]
    Float8E4M3,

    /// <summary>IEEE 754 half precision.</summary>
    [JsonStringEnumMemberName("float16")]
    Float16,

    /// <summary>The upper 16 bits of a float32.</summary>
    [JsonStringEnumMemberName("bfloat16")]
    BFloat16,

    /// <summary>IEEE 754 single precision.</summary>
    [JsonStringEnumMemberName("float32")]
    Float32,

    /// <summary>IEEE 754 double precision.</summary>
    [JsonStringEnumMemberName("float64")]
    Float64,

    /// <summary>Text or bytes of any length.</summary>
    [JsonStringEnumMemberName("string")]
    String,
}
