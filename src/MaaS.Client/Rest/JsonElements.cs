using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace MaaS.Client.Rest;

/// <summary>Tensors' elements as JSON.</summary>
internal static class JsonElements
{
    /// <summary>Writes the elements as one flat array.</summary>
    /// <exception cref="NotSupportedException">JSON does not carry the type.</exception>
    public static void Write(Utf8JsonWriter writer, Tensor tensor)
    {
        writer.WriteStartArray();
        switch (tensor.Datatype)
        {
            case Datatypes.Bytes:
                foreach (var element in tensor.Elements())
                {
                    writer.WriteStringValue(Utf8.IsValid(element.Span) ? element.Span
                        : throw new NotSupportedException(
                            $"JSON carries texts in UTF-8 only, '{tensor.Name}' has other bytes; use Transport.Rest or "
                                + "Transport.Grpc."));
                }

                break;
            case "BOOL":
                Each<bool>(tensor, writer.WriteBooleanValue);
                break;
            case "FP32":
                Each<float>(tensor, v => Write(writer, v, writer.WriteNumberValue));
                break;
            case "FP64":
                Each<double>(tensor, v => Write(writer, v, writer.WriteNumberValue));
                break;
            case "UINT64":
                Each<ulong>(tensor, writer.WriteNumberValue);
                break;
            case "INT64":
                Each<long>(tensor, writer.WriteNumberValue);
                break;
            case "UINT32":
                Each<uint>(tensor, writer.WriteNumberValue);
                break;
            case "INT32":
                Each<int>(tensor, writer.WriteNumberValue);
                break;
            case "UINT16":
                Each<ushort>(tensor, v => writer.WriteNumberValue(v));
                break;
            case "INT16":
                Each<short>(tensor, v => writer.WriteNumberValue(v));
                break;
            case "UINT8":
                Each<byte>(tensor, v => writer.WriteNumberValue(v));
                break;
            case "INT8":
                Each<sbyte>(tensor, v => writer.WriteNumberValue(v));
                break;
            default:
                throw new NotSupportedException(
                    $"JSON carries no {tensor.Datatype} tensors; use Transport.Rest or Transport.Grpc.");
        }

        writer.WriteEndArray();
    }

    /// <summary>The bytes of a flat or nested array.</summary>
    /// <exception cref="FormatException">The array has other elements, or the type is unknown.</exception>
    public static ReadOnlyMemory<byte> Read(JsonElement data, string datatype) => datatype switch
    {
        Datatypes.Bytes => BytesElements.Write([.. Flatten(data).Select(Bytes)]),
        "BOOL" => Read(data, e => e.GetBoolean()),
        "FP32" => Read(data, e => e.ValueKind == JsonValueKind.Number ? e.GetSingle() : (float)Number(e)),
        "FP64" => Read(data, Number),
        "UINT64" => Read(data, e => e.GetUInt64()),
        "INT64" => Read(data, e => e.GetInt64()),
        "UINT32" => Read(data, e => e.GetUInt32()),
        "INT32" => Read(data, e => e.GetInt32()),
        "UINT16" => Read(data, e => e.GetUInt16()),
        "INT16" => Read(data, e => e.GetInt16()),
        "UINT8" => Read(data, e => e.GetByte()),
        "INT8" => Read(data, e => e.GetSByte()),
        _ => throw new FormatException($"expected a datatype that JSON carries, got '{datatype}'"),
    };

    // A number that is not finite has no JSON: servers take the tokens that Python writes.
    private static void Write<T>(Utf8JsonWriter writer, T value, Action<T> writeFinite)
        where T : IFloatingPointIeee754<T>
    {
        if (T.IsFinite(value))
        {
            writeFinite(value);
            return;
        }

        writer.WriteRawValue(
            T.IsNaN(value) ? "NaN" : T.IsPositive(value) ? "Infinity" : "-Infinity", skipInputValidation: true);
    }

    /// <summary>A number; NaN where a server writes null for what JSON lacks, and its quoted tokens.</summary>
    public static double Number(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => double.NaN,
        JsonValueKind.String => element.GetString() switch
        {
            "NaN" => double.NaN,
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            var text => throw new FormatException($"expected a number, got '{text}'"),
        },
        _ => element.GetDouble(),
    };

    /// <summary>A text as UTF-8, or the bytes of <c>{"b64": base64}</c>.</summary>
    private static ReadOnlyMemory<byte> Bytes(JsonElement element) => element.ValueKind == JsonValueKind.Object
        ? element.GetProperty("b64"u8).GetBytesFromBase64()
        : Encoding.UTF8.GetBytes(element.GetString() ?? throw new FormatException("expected a text, got null"));

    private static void Each<T>(Tensor tensor, Action<T> write)
        where T : unmanaged
    {
        foreach (var value in MemoryMarshal.Cast<byte, T>(tensor.Data.Span))
        {
            write(value);
        }
    }

    private static byte[] Read<T>(JsonElement data, Func<JsonElement, T> read)
        where T : unmanaged
        => MemoryMarshal.AsBytes<T>(Flatten(data).Select(read).ToArray()).ToArray();

    private static IEnumerable<JsonElement> Flatten(JsonElement data)
        => data.ValueKind == JsonValueKind.Array ? data.EnumerateArray().SelectMany(Flatten) : [data];
}
