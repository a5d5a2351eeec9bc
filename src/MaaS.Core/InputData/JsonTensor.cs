using System.Text.Json;
using MaaS.Onnx.Inference;

namespace MaaS.Core.InputData;

/// <summary>Reads nested JSON arrays as a tensor.</summary>
internal static class JsonTensor
{
    /// <param name="json">A value, or arrays of equal lengths to any depth.</param>
    /// <param name="type">The elements.</param>
    /// <param name="source">What errors call it.</param>
    /// <exception cref="InvalidDataException">Lengths differ, or a value does not fit the type.</exception>
    public static TensorValue Read(JsonElement json, ElementType type, string source)
    {
        var shape = new List<long>();
        var inner = json;
        while (inner.ValueKind == JsonValueKind.Array)
        {
            shape.Add(inner.GetArrayLength());
            if (shape[^1] == 0)
            {
                break;
            }
            inner = inner[0];
        }
        var leaves = new List<JsonElement>();
        Collect(json, shape, 0, leaves, source);
        long[] sizes = [.. shape];
        return type switch
        {
            ElementType.Bool => Of(leaves, sizes, source, "true or false", static e => e.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => e.TryGetByte(out byte bit) && bit <= 1 ? bit == 1 : null as bool?,
            }),
            ElementType.UInt8 => Of(leaves, sizes, source, "uint8",
                static e => e.TryGetByte(out var v) ? v : null as byte?),
            ElementType.Int8 => Of(leaves, sizes, source, "int8",
                static e => e.TryGetSByte(out var v) ? v : null as sbyte?),
            ElementType.UInt16 => Of(leaves, sizes, source, "uint16",
                static e => e.TryGetUInt16(out var v) ? v : null as ushort?),
            ElementType.Int16 => Of(leaves, sizes, source, "int16",
                static e => e.TryGetInt16(out var v) ? v : null as short?),
            ElementType.UInt32 => Of(leaves, sizes, source, "uint32",
                static e => e.TryGetUInt32(out var v) ? v : null as uint?),
            ElementType.Int32 => Of(leaves, sizes, source, "int32",
                static e => e.TryGetInt32(out var v) ? v : null as int?),
            ElementType.UInt64 => Of(leaves, sizes, source, "uint64",
                static e => e.TryGetUInt64(out var v) ? v : null as ulong?),
            ElementType.Int64 => Of(leaves, sizes, source, "int64",
                static e => e.TryGetInt64(out var v) ? v : null as long?),
            ElementType.Float16 => Of(leaves, sizes, source, "a number",
                static e => e.TryGetDouble(out var v) ? (Half)v : null as Half?),
            ElementType.Float32 => Of(leaves, sizes, source, "a number",
                static e => e.TryGetSingle(out var v) ? v : null as float?),
            ElementType.Float64 => Of(leaves, sizes, source, "a number",
                static e => e.TryGetDouble(out var v) ? v : null as double?),
            ElementType.String => TensorValue.OfStrings([.. leaves.Select(e => e.ValueKind == JsonValueKind.String
                ? e.GetString()!
                : throw Unfit(e, "a text", source))], sizes),
            _ => throw new InvalidDataException($"{source}: JSON has no {type.Name()} values; use .npz files"),
        };
    }

    private static void Collect(JsonElement json, List<long> shape, int axis, List<JsonElement> leaves, string source)
    {
        if (axis == shape.Count)
        {
            leaves.Add(json.ValueKind != JsonValueKind.Array ? json : throw Ragged(source));
            return;
        }
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() != shape[axis])
        {
            throw Ragged(source);
        }
        foreach (var item in json.EnumerateArray())
        {
            Collect(item, shape, axis + 1, leaves, source);
        }
    }

    private static TensorValue Of<T>(
        List<JsonElement> leaves, long[] shape, string source, string expected, Func<JsonElement, T?> read)
        where T : unmanaged
    {
        var values = new T[leaves.Count];
        for (int i = 0; i < values.Length; i++)
        {
            bool number = leaves[i].ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;
            bool fits = number && (leaves[i].ValueKind == JsonValueKind.Number || typeof(T) == typeof(bool));
            values[i] = (fits ? read(leaves[i]) : null) ?? throw Unfit(leaves[i], expected, source);
        }
        return TensorValue.Of(values, shape);
    }

    private static InvalidDataException Unfit(JsonElement element, string expected, string source) =>
        new($"{source}: expected {expected}, got {element.GetRawText()}");

    private static InvalidDataException Ragged(string source) =>
        new($"{source}: expected nested arrays of equal lengths");
}
