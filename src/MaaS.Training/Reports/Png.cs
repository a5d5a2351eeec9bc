using System.Buffers.Binary;
using System.IO.Compression;

namespace MaaS.Training.Reports;

/// <summary>Writes 8-bit PNG files (ISO/IEC 15948).</summary>
internal static class Png
{
    private const byte Grey = 0, Colour = 2;

    /// <summary>Encodes one image.</summary>
    /// <param name="pixels">(C, H, W), row-major; C is 1 for grey or 3 for red, green and blue.</param>
    /// <param name="channels">C.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int channels, int height, int width)
    {
        var header = new byte[13];   // Width, height, bits, kind of colour; compression, filter and interlace are 0.
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, channels == 1 ? Grey : Colour);

        using var file = new MemoryStream();
        file.Write([0x89, .. "PNG\r\n\u001a\n"u8]);
        Write(file, "IHDR"u8, header);
        Write(file, "IDAT"u8, Compress(pixels, channels, height, width));
        Write(file, "IEND"u8, []);
        return file.ToArray();
    }

    // Rows of interleaved channels, each after a 0: no filter.
    private static byte[] Compress(ReadOnlySpan<byte> pixels, int channels, int height, int width)
    {
        var row = new byte[1 + (width * channels)];
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Optimal))
        {
            for (var y = 0; y < height; y++)
            {
                for (var i = 0; i < width * channels; i++)
                {
                    row[1 + i] = pixels[(((i % channels * height) + y) * width) + (i / channels)];
                }

                zlib.Write(row);
            }
        }

        return compressed.ToArray();
    }

    private static void Write(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        file.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xEDB88320;
            }
        }

        return crc;
    }
}
