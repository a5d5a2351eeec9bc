using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using MaaS.Onnx.Inference;
using MaaS.Serving.Faults;

namespace MaaS.Serving.Execution;

/// <summary>
/// Tensors as bytes, as the Open Inference Protocol sends them: little-endian and row-major; a boolean is one byte, a
/// string its uint32 length and its bytes.
/// </summary>
internal static class BinaryTensor
{
    private const int LengthPrefix = sizeof(uint);

    /// <summary>A tensor over bytes; only strings are copied.</summary>
    /// <param name="name">The input, for errors.</param>
    /// <param name="type">Type of the elements.</param>
    /// <param name="shape">What the client says.</param>
    /// <param name="data">Exactly the elements; must outlive the tensor.</param>
    /// <exception cref="RequestException">400: the bytes are no such tensor.</exception>
    public static TensorValue Read(string name, ElementType type, ReadOnlySpan<long> shape, ReadOnlyMemory<byte> data)
    {
        ThrowIfUnfit(name, type, shape, data.Length);
        if (type == ElementType.String)
        {
            return TensorValue.OfStrings(ReadStrings(name, Count(name, shape), data.Span), shape);
        }

        if (type == ElementType.Bool && data.Span.ContainsAnyExceptInRange((byte)0, (byte)1))
        {
            throw RequestException.BadRequest($"input '{name}': expected bytes of 0 and 1 for BOOL, got others");
        }

        return new TensorValue(type, shape, data);
    }

    /// <summary>Refuses bytes that cannot be a tensor, by their number alone.</summary>
    /// <exception cref="RequestException">400: a tensor of that type and shape takes more or fewer.</exception>
    public static void ThrowIfUnfit(string name, ElementType type, ReadOnlySpan<long> shape, long bytes)
    {
        var count = Count(name, shape);
        if (type == ElementType.String)
        {
            // Each takes at least its prefix: a count that the bytes cannot hold allocates nothing.
            if (count > bytes / LengthPrefix)
            {
                throw WrongStrings(name, count);
            }
        }
        else if ((Int128)count * type.Size() != bytes)
        {
            throw RequestException.BadRequest(
                $"input '{name}': expected {(Int128)count * type.Size()} bytes for {type.ProtocolName()} of shape "
                    + $"[{Join(shape)}], got {bytes}");
        }
    }

    /// <summary>Bytes that a tensor takes.</summary>
    public static long Size(TensorValue tensor)
    {
        if (tensor.Type != ElementType.String)
        {
            return tensor.Data.Length;
        }

        long size = 0;
        foreach (var text in tensor.Strings)
        {
            size += LengthPrefix + ByteText.GetByteCount(text);
        }

        return size;
    }

    /// <summary>Writes a tensor.</summary>
    public static void Write(IBufferWriter<byte> target, TensorValue tensor)
    {
        if (tensor.Type != ElementType.String)
        {
            target.Write(tensor.Data.Span);
            return;
        }

        foreach (var text in tensor.Strings)
        {
            var isText = ByteText.IsText(text);
            var other = isText ? [] : ByteText.Encode(text);
            var prefix = target.GetSpan(LengthPrefix);
            BinaryPrimitives.WriteUInt32LittleEndian(
                prefix, (uint)(isText ? Encoding.UTF8.GetByteCount(text) : other.Length));
            target.Advance(LengthPrefix);
            if (isText)
            {
                Encoding.UTF8.GetBytes(text, target);
            }
            else
            {
                target.Write(other);
            }
        }
    }

    /// <summary>Number of elements of a shape from a client.</summary>
    /// <exception cref="RequestException">400: a size is negative, or the product does not fit.</exception>
    public static long Count(string name, ReadOnlySpan<long> shape)
    {
        Int128 count = 1;
        foreach (var size in shape)
        {
            count = size < 0 || count > long.MaxValue
                ? throw RequestException.BadRequest(
                    $"input '{name}': expected sizes of 0 or more that fit memory, got the shape [{Join(shape)}]")
                : count * size;
        }

        return count <= long.MaxValue ? (long)count
            : throw RequestException.BadRequest(
                $"input '{name}': expected a tensor that fits memory, got the shape [{Join(shape)}]");
    }

    private static string[] ReadStrings(string name, long count, ReadOnlySpan<byte> data)
    {
        var strings = new string[count];
        for (var i = 0; i < strings.Length; i++)
        {
            if (data.Length < LengthPrefix
                || BinaryPrimitives.ReadUInt32LittleEndian(data) is var length && length > data.Length - LengthPrefix)
            {
                throw WrongStrings(name, count);
            }

            strings[i] = ByteText.Decode(data.Slice(LengthPrefix, (int)BinaryPrimitives.ReadUInt32LittleEndian(data)));
            data = data[(LengthPrefix + (int)BinaryPrimitives.ReadUInt32LittleEndian(data))..];
        }

        return data.IsEmpty ? strings : throw WrongStrings(name, count);
    }

    private static RequestException WrongStrings(string name, long count)
        => RequestException.BadRequest(
            $"input '{name}': expected {count} elements of a uint32 length and as many bytes, got other bytes");

    private static string Join(ReadOnlySpan<long> shape) => string.Join(',', shape.ToArray());
}
