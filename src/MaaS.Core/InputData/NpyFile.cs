using System.Buffers.Binary;
using System.Text;
using MaaS.Onnx.Inference;

namespace MaaS.Core.InputData;

/// <summary>Reads one array as NumPy's <c>save</c> writes it: versions 1 to 3, both byte orders, C and Fortran
/// order.</summary>
/// <remarks>NumPy's <c>numpy/lib/format.py</c>. Pickled objects are never read.</remarks>
public static class NpyFile
{
    private const int MagicLength = 8;
    private const int MaxHeader = 1 << 20;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads a file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no array, is cut short, or holds elements that tensors do not
    /// have.</exception>
    public static TensorValue Read(string path)
    {
        using var stream = File.OpenRead(path);
        return Read(stream, stream.Length, path);
    }

    /// <summary>Reads an array to its end.</summary>
    /// <param name="stream">Positioned at the array.</param>
    /// <param name="length">Bytes that the stream says it has; guards against headers that ask for more memory than
    /// there is data.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="InvalidDataException">As for <see cref="Read(string)"/>.</exception>
    public static TensorValue Read(Stream stream, long length, string name)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var (header, headerLength) = ReadHeader(stream, name);
        var dtype = NpyType.Parse(header.Descriptor, name);
        long count = Count(header.Shape, name);
        long expected = checked((long)UInt128.Min((UInt128)(ulong)count * (uint)dtype.Bytes, long.MaxValue));
        if (expected != length - headerLength || expected > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"{name}: expected {expected} bytes for the array {header.Descriptor} "
                + $"({string.Join(", ", header.Shape)}), got {length - headerLength}: "
                + "the file is cut short or damaged");
        }
        var bytes = new byte[expected];
        Fill(stream, bytes, name);
        if (dtype.BigEndian)
        {
            Reverse(bytes, dtype.Unit);
        }
        if (header.FortranOrder)
        {
            bytes = RowMajor(bytes, header.Shape, dtype.Bytes);
        }
        return dtype.Tensor(bytes, header.Shape, name);
    }

    private static (NpyHeader Header, long Length) ReadHeader(Stream stream, string name)
    {
        var start = new byte[MagicLength];
        Fill(stream, start, name);
        if (!start.AsSpan(0, Magic.Length).SequenceEqual(Magic))
        {
            throw new InvalidDataException(
                $"{name}: expected an array that NumPy's save wrote (.npy), got other bytes");
        }
        int major = start[6];
        if (major is < 1 or > 3)
        {
            throw new InvalidDataException($"{name}: expected version 1, 2 or 3 of the .npy format, got {major}");
        }
        var size = new byte[major == 1 ? 2 : 4];
        Fill(stream, size, name);
        long length = major == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(size)
            : BinaryPrimitives.ReadUInt32LittleEndian(size);
        if (length > MaxHeader)
        {
            throw new InvalidDataException($"{name}: expected a header of at most {MaxHeader} bytes, got {length}");
        }
        var text = new byte[length];
        Fill(stream, text, name);
        var encoding = major == 3 ? Encoding.UTF8 : Encoding.Latin1;
        return (NpyHeader.Parse(encoding.GetString(text), name), MagicLength + size.Length + length);
    }

    private static void Fill(Stream stream, byte[] bytes, string name)
    {
        try
        {
            stream.ReadExactly(bytes);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException(
                $"{name}: expected {bytes.Length} more bytes of a .npy array: the file is cut short", e);
        }
    }

    private static long Count(long[] shape, string name)
    {
        try
        {
            return TensorShape.Count(shape);
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"{name}: {e.Message}", e);
        }
    }

    private static void Reverse(byte[] bytes, int unit)
    {
        for (int at = 0; unit > 1 && at < bytes.Length; at += unit)
        {
            bytes.AsSpan(at, unit).Reverse();
        }
    }

    // Fortran order has the first axis innermost; tensors have the last one there.
    private static byte[] RowMajor(byte[] bytes, long[] shape, int size)
    {
        var result = new byte[bytes.Length];
        var index = new long[shape.Length];
        for (int to = 0; to < result.Length; to += size)
        {
            long from = 0;
            for (int axis = shape.Length - 1; axis >= 0; axis--)
            {
                from = from * shape[axis] + index[axis];
            }
            bytes.AsSpan((int)from * size, size).CopyTo(result.AsSpan(to));
            for (int axis = shape.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--)
            {
                index[axis] = 0;
            }
        }
        return result;
    }
}
