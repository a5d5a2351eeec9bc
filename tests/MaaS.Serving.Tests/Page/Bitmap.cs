using System.Buffers.Binary;

namespace MaaS.Serving.Tests.Page;

/// <summary>Writes Windows bitmaps of 24 bits, which browsers read.</summary>
internal static class Bitmap
{
    private const int HeaderBytes = 54;

    /// <summary>A grey picture.</summary>
    /// <param name="grey">Brightness of (x, y), from the upper left corner.</param>
    public static byte[] Grey(int width, int height, Func<int, int, byte> grey)
    {
        var stride = (3 * width + 3) / 4 * 4;
        var file = new byte[HeaderBytes + (stride * height)];
        "BM"u8.CopyTo(file);
        foreach (var (offset, value) in new[]
        {
            (2, file.Length), (10, HeaderBytes), (14, 40), (18, width), (22, height), (26, 1 | (24 << 16)),
            (34, stride * height),
        })
        {
            BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(offset), value);
        }

        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                file.AsSpan(HeaderBytes + ((height - 1 - y) * stride) + (3 * x), 3).Fill(grey(x, y));
            }
        }

        return file;
    }
}
