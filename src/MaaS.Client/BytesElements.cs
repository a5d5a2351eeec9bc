using System.Buffers.Binary;
using System.Text;

namespace MaaS.Client;

/// <summary>Elements of BYTES tensors: a little-endian uint32 length and so many bytes each.</summary>
internal static class BytesElements
{
    /// <summary>Strings as UTF-8.</summary>
    public static byte[] Write(IReadOnlyList<string> texts)
    {
        var bytes = new byte[texts.Sum(static t => (long)sizeof(uint) + Encoding.UTF8.GetByteCount(t))];
        var at = 0;
        foreach (var text in texts)
        {
            var length = Encoding.UTF8.GetBytes(text, bytes.AsSpan(at + sizeof(uint)));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), (uint)length);
            at += sizeof(uint) + length;
        }

        return bytes;
    }

    /// <summary>Bytes of any kind.</summary>
    public static byte[] Write(IReadOnlyList<ReadOnlyMemory<byte>> elements)
    {
        var bytes = new byte[elements.Sum(static e => (long)sizeof(uint) + e.Length)];
        var at = 0;
        foreach (var element in elements)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at), (uint)element.Length);
            element.CopyTo(bytes.AsMemory(at + sizeof(uint)));
            at += sizeof(uint) + element.Length;
        }

        return bytes;
    }

    /// <summary>The elements, which are not copied.</summary>
    /// <exception cref="FormatException">A length is more than the bytes that are left.</exception>
    public static List<ReadOnlyMemory<byte>> Read(ReadOnlyMemory<byte> bytes)
    {
        List<ReadOnlyMemory<byte>> elements = [];
        while (!bytes.IsEmpty)
        {
            var length = bytes.Length < sizeof(uint)
                ? uint.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(bytes.Span);
            if (length > bytes.Length - sizeof(uint))
            {
                throw new FormatException(
                    $"expected a length and so many bytes, got {bytes.Length} bytes as element {elements.Count}");
            }

            elements.Add(bytes.Slice(sizeof(uint), (int)length));
            bytes = bytes[(sizeof(uint) + (int)length)..];
        }

        return elements;
    }
}
