using System.Buffers.Binary;
using MaaS.Onnx.Inference;
using MaaS.Primitives.Files;

namespace MaaS.Core.Packages;

/// <summary>Writes safetensors files: header first, then one tensor after the other.</summary>
internal static class SafeTensorsWriter
{
    /// <summary>Writes a file, whole or not at all.</summary>
    /// <exception cref="ArgumentException">Two tensors have one name, or a name, a type or the header is not
    /// possible.</exception>
    public static void Write(
        string path, IEnumerable<SafeTensorsSource> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        // Wide elements first keeps every tensor aligned to its own size.
        var ordered = tensors.OrderByDescending(static t => t.Type.Size())
            .ThenBy(static t => t.Name, StringComparer.Ordinal).ToArray();
        var entries = Layout(ordered);
        var header = new SafeTensorsHeader(entries, metadata ?? new Dictionary<string, string>()).ToBytes();
        AtomicFile.Write(path, stream =>
        {
            Span<byte> prefix = stackalloc byte[8];
            BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
            stream.Write(prefix);
            stream.Write(header);
            var dataStart = stream.Position;
            for (var i = 0; i < ordered.Length; i++)
            {
                ordered[i].WriteTo(stream);
                if (stream.Position - dataStart != entries[i].End)
                {
                    throw new ArgumentException(
                        $"safetensors: '{entries[i].Name}': expected {entries[i].End - entries[i].Begin} bytes for its "
                            + $"shape {TensorShape.Format([.. entries[i].Shape])}, " +
                        $"its source wrote {stream.Position - dataStart - entries[i].Begin}.", nameof(tensors));
                }
            }
        });
    }

    private static SafeTensorsEntry[] Layout(SafeTensorsSource[] ordered)
    {
        var entries = new SafeTensorsEntry[ordered.Length];
        var names = new HashSet<string>(StringComparer.Ordinal);
        long end = 0;
        for (var i = 0; i < entries.Length; i++)
        {
            var tensor = ordered[i];
            if (tensor.Name == SafeTensorsHeader.MetadataKey || !names.Add(tensor.Name))
            {
                throw new ArgumentException(
                    $"safetensors: expected different names other than {SafeTensorsHeader.MetadataKey}, got "
                        + $"'{tensor.Name}'.", nameof(ordered));
            }

            _ = tensor.Type.SafeTensorsName();   // Refuses strings.
            var begin = end;
            end = checked(end + tensor.ByteCount);
            entries[i] = new SafeTensorsEntry(tensor.Name, tensor.Type, tensor.Shape, begin, end);
        }

        return entries;
    }
}
