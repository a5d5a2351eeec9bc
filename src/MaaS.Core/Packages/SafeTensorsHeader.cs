using System.Text.Json;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Packages;

/// <summary>The JSON header of a safetensors file: entries in file order and free text metadata.</summary>
internal sealed record SafeTensorsHeader(
    IReadOnlyList<SafeTensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>Largest header that is read, in bytes: the limit of the reference implementation.</summary>
    public const int MaxBytes = 100_000_000;

    /// <summary>The name under which the header keeps free text.</summary>
    public const string MetadataKey = "__metadata__";

    /// <summary>Reads a header and checks that its tensors tile the data without overlap or gap.</summary>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataLength">Bytes after the header.</param>
    /// <exception cref="InvalidDataException">The header breaks the format.</exception>
    public static SafeTensorsHeader Parse(ReadOnlySpan<byte> json, long dataLength)
    {
        try
        {
            var header = Read(json);
            CheckTiling(header.Entries, dataLength);
            return header;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"safetensors: expected a JSON header of tensor entries: {e.Message}", e);
        }
    }

    /// <summary>The header's bytes, padded with spaces so that the data starts at a multiple of 8.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            if (Metadata.Count > 0)
            {
                writer.WriteStartObject(MetadataKey);
                foreach (var (key, value) in Metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                {
                    writer.WriteString(key, value);
                }

                writer.WriteEndObject();
            }

            foreach (var entry in Entries)
            {
                writer.WriteStartObject(entry.Name);
                writer.WriteString("dtype", entry.Type.SafeTensorsName());
                WriteNumbers(writer, "shape", entry.Shape);
                WriteNumbers(writer, "data_offsets", [entry.Begin, entry.End]);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        while (stream.Length % 8 != 0)
        {
            stream.WriteByte((byte)' ');
        }

        return stream.Length <= MaxBytes ? stream.ToArray()
            : throw new ArgumentException(
                $"safetensors: expected a header of at most {MaxBytes} bytes, got {stream.Length}; split the tensors "
                    + "into more files.");
    }

    private static void WriteNumbers(Utf8JsonWriter writer, string name, IReadOnlyList<long> numbers)
    {
        writer.WriteStartArray(name);
        foreach (var number in numbers)
        {
            writer.WriteNumberValue(number);
        }

        writer.WriteEndArray();
    }

    private static SafeTensorsHeader Read(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty || json[0] != '{')
        {
            throw new InvalidDataException(
                "safetensors: expected a header that starts with '{'; the file is another format.");
        }

        var reader = new Utf8JsonReader(json);
        var names = new HashSet<string>(StringComparer.Ordinal);
        List<SafeTensorsEntry> entries = [];
        Dictionary<string, string> metadata = [];
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (!names.Add(name))
            {
                throw new InvalidDataException($"safetensors: expected each tensor once, got '{name}' twice.");
            }

            reader.Read();
            if (name == MetadataKey)
            {
                metadata = ReadMetadata(ref reader);
            }
            else
            {
                entries.Add(ReadEntry(ref reader, name));
            }
        }

        return reader.Read()
            ? throw new InvalidDataException("safetensors: expected one JSON object as the header, got more.")
            : new SafeTensorsHeader([.. entries.OrderBy(e => e.Begin).ThenBy(e => e.End)], metadata);
    }

    private static Dictionary<string, string> ReadMetadata(ref Utf8JsonReader reader)
    {
        Expect(reader, JsonTokenType.StartObject, MetadataKey);
        Dictionary<string, string> metadata = new(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            Expect(reader, JsonTokenType.String, MetadataKey);
            if (!metadata.TryAdd(key, reader.GetString()!))
            {
                throw new InvalidDataException(
                    $"safetensors: {MetadataKey}: expected each key once, got '{key}' twice.");
            }
        }

        return metadata;
    }

    private static SafeTensorsEntry ReadEntry(ref Utf8JsonReader reader, string name)
    {
        Expect(reader, JsonTokenType.StartObject, name);
        string? dtype = null;
        long[]? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString();
            reader.Read();
            if (key switch
            {
                "dtype" => dtype is not null,
                "shape" => shape is not null,
                "data_offsets" => offsets is not null,
                _ => false
            })
            {
                throw new InvalidDataException($"safetensors: '{name}': expected {key} once, got it twice.");
            }

            switch (key)
            {
                case "dtype":
                    dtype = reader.GetString();
                    break;
                case "shape":
                    shape = ReadNumbers(ref reader, name);
                    break;
                case "data_offsets":
                    offsets = ReadNumbers(ref reader, name);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (dtype is null || shape is null || offsets is not [>= 0 and var begin, var end] || end < begin)
        {
            throw new InvalidDataException(
                $"safetensors: '{name}': expected dtype, shape and data_offsets [begin, end] with 0 ≤ begin ≤ end.");
        }

        if (!ElementTypes.TryFromSafeTensors(dtype, out var type))
        {
            throw new InvalidDataException(
                $"safetensors: '{name}': expected a known dtype as F32 or BF16, got '{dtype}'.");
        }

        return (Int128)Count(shape, name) * type.Size() == end - begin
            ? new SafeTensorsEntry(name, type, shape, begin, end)
            : throw new InvalidDataException(
                $"safetensors: '{name}': expected {(Int128)Count(shape, name) * type.Size()} bytes for "
                    + $"{dtype}{TensorShape.Format(shape)}, got {end - begin}.");
    }

    private static long Count(long[] shape, string name)
    {
        try
        {
            return TensorShape.Count(shape);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException(
                $"safetensors: '{name}': expected sizes of 0 or more of a tensor that fits memory, got the shape "
                    + $"{TensorShape.Format(shape)}.", e);
        }
    }

    private static long[] ReadNumbers(ref Utf8JsonReader reader, string name)
    {
        Expect(reader, JsonTokenType.StartArray, name);
        List<long> numbers = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            numbers.Add(reader.GetInt64());
        }

        return [.. numbers];
    }

    private static void Expect(in Utf8JsonReader reader, JsonTokenType type, string name)
    {
        if (reader.TokenType != type)
        {
            throw new InvalidDataException($"safetensors: '{name}': expected {type}, got {reader.TokenType}.");
        }
    }

    private static void CheckTiling(IReadOnlyList<SafeTensorsEntry> entries, long dataLength)
    {
        long end = 0;
        foreach (var entry in entries)
        {
            if (entry.Begin != end)
            {
                throw new InvalidDataException(
                    $"safetensors: '{entry.Name}': expected its data to start at byte {end}, got {entry.Begin}; "
                        + "tensors may neither overlap nor leave gaps.");
            }

            end = entry.End;
        }

        if (end != dataLength)
        {
            throw new InvalidDataException(
                $"safetensors: expected {end} bytes of data after the header, got {dataLength}; the file was cut or "
                    + "extended.");
        }
    }
}
