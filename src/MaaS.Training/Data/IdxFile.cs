using System.Buffers.Binary;
using System.IO.Compression;
using MaaS.Primitives.Files;

namespace MaaS.Training.Data;

/// <summary>Reads and writes IDX files of unsigned bytes, the format of MNIST.</summary>
/// <remarks>
/// Format: two zero bytes, the element type (8: unsigned byte), the number of dimensions, each dimension as a 32-bit
/// big-endian integer, then the elements in row-major order (LeCun, Cortes, Burges: The MNIST database).
/// </remarks>
public static class IdxFile
{
    private const byte UnsignedByte = 8;

    /// <summary>Reads a file, plain or compressed with gzip (told by its first bytes, not by its name).</summary>
    /// <param name="path">The file.</param>
    /// <param name="dimensions">The number of dimensions that the file must have; null for any.</param>
    /// <exception cref="InvalidDataException">The file is no IDX file of bytes, is truncated or has bytes left
    /// over.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IdxArray Read(string path, int? dimensions = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[2];
        var compressed = file.ReadAtLeast(magic, 2, throwOnEndOfStream: false) == 2 && magic is [0x1f, 0x8b];
        file.Position = 0;
        if (!compressed)
        {
            return Read(file, path, dimensions);
        }

        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        try
        {
            return Read(gzip, path, dimensions);
        }
        catch (InvalidDataException e) when (!e.Message.StartsWith(path, StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path}: expected gzip data, got a damaged stream ({e.Message})", e);
        }
    }

    /// <summary>Writes a file; an existing one is replaced only when the new one is complete.</summary>
    /// <param name="path">The file.</param>
    /// <param name="array">What to write.</param>
    /// <param name="compress">Whether to compress with gzip.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, IdxArray array, bool compress = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(array);
        AtomicFile.Write(path, file =>
        {
            if (!compress)
            {
                Write(file, array);
                return;
            }

            using var gzip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true);
            Write(gzip, array);
        });
    }

    private static IdxArray Read(Stream stream, string path, int? dimensions)
    {
        Span<byte> header = stackalloc byte[4];
        if (stream.ReadAtLeast(header, 4, throwOnEndOfStream: false) is var got && got < 4)
        {
            throw new InvalidDataException($"{path}: expected an IDX header of 4 bytes, got {got} bytes.");
        }

        if (header[0] != 0 || header[1] != 0 || header[2] != UnsignedByte || header[3] == 0)
        {
            throw new InvalidDataException(
                $"{path}: expected the IDX magic number 0x000008NN (bytes, NN dimensions), got "
                    + $"0x{Convert.ToHexString(header)}.");
        }

        if (dimensions is { } wanted && header[3] != wanted)
        {
            throw new InvalidDataException($"{path}: expected {wanted} dimensions, got {header[3]}.");
        }

        var sizes = new int[header[3]];
        Span<byte> size = stackalloc byte[4];
        long length = 1;
        for (var i = 0; i < sizes.Length; i++)
        {
            if (stream.ReadAtLeast(size, 4, throwOnEndOfStream: false) < 4)
            {
                throw new InvalidDataException(
                    $"{path}: expected {sizes.Length} dimensions, got the end of the file after {i}.");
            }

            sizes[i] = BinaryPrimitives.ReadInt32BigEndian(size);
            length = sizes[i] < 0 ? long.MaxValue : length * sizes[i];
            if (length > Array.MaxLength)
            {
                throw new InvalidDataException(
                    $"{path}: expected at most {Array.MaxLength} elements, got dimensions "
                        + $"({string.Join(",", sizes[..(i + 1)])},…).");
            }
        }

        return new IdxArray(sizes, ReadElements(stream, path, length));
    }

    // The buffer grows with what is read, so that a damaged header cannot ask for memory that the file does not fill.
    private static byte[] ReadElements(Stream stream, string path, long length)
    {
        const int Step = 1 << 20;
        var data = new byte[Math.Min(length, Step)];
        var filled = 0;
        while (true)
        {
            filled += stream.ReadAtLeast(data.AsSpan(filled), data.Length - filled, throwOnEndOfStream: false);
            if (filled < data.Length)
            {
                throw new InvalidDataException(
                    $"{path}: expected {length} elements, got {filled}; the file is truncated.");
            }

            if (filled == length)
            {
                break;
            }

            Array.Resize(ref data, (int)Math.Min(length, data.Length * 4L));
        }

        return stream.ReadByte() < 0
            ? data
            : throw new InvalidDataException(
                $"{path}: expected {length} elements, got more; the dimensions do not fit the file.");
    }

    private static void Write(Stream stream, IdxArray array)
    {
        stream.Write([0, 0, UnsignedByte, (byte)array.Dimensions.Count]);
        Span<byte> size = stackalloc byte[4];
        foreach (var dimension in array.Dimensions)
        {
            BinaryPrimitives.WriteInt32BigEndian(size, dimension);
            stream.Write(size);
        }

        stream.Write(array.Data);
    }
}
