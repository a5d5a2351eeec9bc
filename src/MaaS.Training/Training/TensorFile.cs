using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using MaaS.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace MaaS.Training;

/// <summary>Named tensors and text in one safetensors file.</summary>
/// <remarks>Format: the header's length (64-bit little-endian), a JSON header with types, shapes and offsets, the data.</remarks>
internal static class TensorFile
{
    private const string Metadata = "__metadata__";
    private const int LargestHeader = 100_000_000;

    private static readonly (string Name, ScalarType Type)[] Types =
    [
        ("F64", ScalarType.Float64), ("F32", ScalarType.Float32), ("I64", ScalarType.Int64), ("U8", ScalarType.Byte),
    ];

    /// <summary>Writes a file; an existing one is replaced only when the new one is complete.</summary>
    public static void Write(
        string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var header = new JsonObject { [Metadata] = JsonSerializer.SerializeToNode(metadata) };
        long offset = 0;
        foreach (var (name, tensor) in tensors)
        {
            var length = tensor.NumberOfElements * tensor.ElementSize;
            header[name] = new JsonObject
            {
                ["dtype"] = Types.FirstOrDefault(t => t.Type == tensor.dtype).Name
                    ?? throw new NotSupportedException($"{name}: expected float64, float32, int64 or uint8, got {tensor.dtype}."),
                ["shape"] = new JsonArray([.. tensor.shape.Select(static d => (JsonNode)d)]),
                ["data_offsets"] = new JsonArray(offset, offset + length),
            };
            offset += length;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> size = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(size, json.Length);
            stream.Write(size);
            stream.Write(json);
            foreach (var (_, tensor) in tensors)
            {
                using var scope = NewDisposeScope();
                stream.Write(tensor.detach().cpu().contiguous().bytes);
            }
        });
    }

    /// <summary>Reads a file; the tensors are on the CPU and belong to the calling thread's dispose scope.</summary>
    /// <exception cref="InvalidDataException">The file is truncated or no such file.</exception>
    public static (IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Read(string path)
    {
        using var stream = File.OpenRead(path);
        try
        {
            Span<byte> size = stackalloc byte[8];
            stream.ReadExactly(size);
            var length = BinaryPrimitives.ReadInt64LittleEndian(size);
            if (length is < 2 or > LargestHeader)
            {
                throw new InvalidDataException($"{path}: expected a safetensors header of 2 to {LargestHeader} bytes, got {length}.");
            }

            var json = new byte[length];
            stream.ReadExactly(json);
            var header = JsonNode.Parse(json)!.AsObject();
            var data = stream.Position;
            var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
            foreach (var (name, entry) in header.Where(static e => e.Key != Metadata))
            {
                var type = Types.First(t => t.Name == (string)entry!["dtype"]!).Type;
                var value = empty(entry!["shape"]!.AsArray().Select(static d => (long)d!).ToArray(), type);
                stream.Position = data + (long)entry["data_offsets"]![0]!;
                stream.ReadExactly(value.bytes);
                tensors[name] = value;
            }

            var metadata = header[Metadata]?.Deserialize<Dictionary<string, string>>() ?? [];
            return (tensors, metadata);
        }
        catch (Exception e) when (e is EndOfStreamException or JsonException or InvalidOperationException or NullReferenceException)
        {
            throw new InvalidDataException($"{path}: expected a complete safetensors file, got a damaged one ({e.Message})", e);
        }
    }
}
