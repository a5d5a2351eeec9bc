using System.Buffers;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MaaS.Images;

/// <summary>An image as bytes in pooled memory, grey or in colour.</summary>
/// <remarks>A grey pixel is one byte; one in colour is four, red, green, blue and one without meaning.</remarks>
public sealed class PixelImage : IDisposable
{
    private byte[]? _buffer;

    /// <summary>An image whose pixels are not set.</summary>
    /// <param name="width">At least 1.</param>
    /// <param name="height">At least 1.</param>
    /// <param name="channels">1 for grey, 3 for colour.</param>
    public PixelImage(int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (channels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(
                nameof(channels), channels, "image: expected 1 channel (grey) or 3 (colour).");
        }

        (Width, Height, Channels) = (width, height, channels);
        _buffer = ArrayPool<byte>.Shared.Rent(checked(Stride * height));
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>1 for grey, 3 for colour.</summary>
    public int Channels { get; }

    /// <summary>1 for grey, 4 for colour.</summary>
    public int BytesPerPixel => Channels == 1 ? 1 : 4;

    /// <summary>Bytes of a row.</summary>
    public int Stride => Width * BytesPerPixel;

    /// <summary>All rows, the topmost first, without gaps.</summary>
    public Span<byte> Pixels
        => (_buffer ?? throw new ObjectDisposedException(nameof(PixelImage))).AsSpan(0, Stride * Height);

    /// <summary>One row of pixels.</summary>
    /// <param name="y">0…<see cref="Height"/>−1.</param>
    public Span<byte> Row(int y) => Pixels.Slice(y * Stride, Stride);

    /// <summary>A rectangle of the image; what of it lies outside is black.</summary>
    /// <param name="top">First row; may be negative.</param>
    /// <param name="left">First column; may be negative.</param>
    /// <param name="height">At least 1.</param>
    /// <param name="width">At least 1.</param>
    /// <returns>A new image; the caller owns it.</returns>
    public PixelImage Crop(int top, int left, int height, int width)
    {
        var part = new PixelImage(width, height, Channels);
        var (firstX, lastX) = (Math.Max(0, -left), Math.Min(width, Width - left));
        for (var y = 0; y < height; y++)
        {
            var row = part.Row(y);
            if (top + y < 0 || top + y >= Height || firstX >= lastX)
            {
                row.Clear();
                continue;
            }

            row[..(firstX * BytesPerPixel)].Clear();
            row[(lastX * BytesPerPixel)..].Clear();
            Row(top + y).Slice((left + firstX) * BytesPerPixel, (lastX - firstX) * BytesPerPixel)
                .CopyTo(row[(firstX * BytesPerPixel)..]);
        }

        return part;
    }

    /// <summary>The image in grey by ITU-R 601, rounded as Pillow rounds it.</summary>
    /// <returns>A new image of one channel; the caller owns it.</returns>
    public PixelImage ToGrey()
    {
        var grey = new PixelImage(Width, Height, 1);
        if (Channels == 1)
        {
            Pixels.CopyTo(grey.Pixels);
            return grey;
        }

        var from = Pixels;
        var to = grey.Pixels;
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = Luma(from[i * 4], from[(i * 4) + 1], from[(i * 4) + 2]);
        }

        return grey;
    }

    /// <summary>The brightness of a colour by ITU-R 601, rounded as Pillow rounds it.</summary>
    public static byte Luma(byte red, byte green, byte blue)
        => (byte)(((red * 19595) + (green * 38470) + (blue * 7471) + 0x8000) >> 16);

    /// <summary>Writes the pixels as planes, each value times a factor less an offset.</summary>
    /// <param name="planes">(C, H, W), row-major: takes the result.</param>
    /// <param name="factors">(C).</param>
    /// <param name="offsets">(C).</param>
    public void WritePlanes(Span<float> planes, ReadOnlySpan<float> factors, ReadOnlySpan<float> offsets)
    {
        var plane = Width * Height;
        if (planes.Length != plane * Channels || factors.Length != Channels || offsets.Length != Channels)
        {
            throw new ArgumentException(
                $"image: expected room for ({Channels},{Height},{Width}) with {Channels} factors and offsets, got "
                    + $"{planes.Length}, {factors.Length} and {offsets.Length}.", nameof(planes));
        }

        if (Channels == 1)
        {
            WriteGrey(planes, factors[0], offsets[0]);
            return;
        }

        var pixels = MemoryMarshal.Cast<byte, uint>(Pixels);
        for (var c = 0; c < Channels; c++)
        {
            WriteChannel(pixels, 8 * c, planes.Slice(c * plane, plane), factors[c], offsets[c]);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void WriteGrey(Span<float> plane, float factor, float offset)
    {
        var pixels = Pixels;
        for (var i = 0; i < pixels.Length; i++)
        {
            var scaled = pixels[i] * factor;
            plane[i] = scaled - offset;
        }
    }

    // A product and a difference, each rounded: as ImagePreprocessing does it, and on every processor alike.
    private static void WriteChannel(
        ReadOnlySpan<uint> pixels, int shift, Span<float> plane, float factor, float offset)
    {
        var i = 0;
        if (BitConverter.IsLittleEndian)
        {
            for (; i <= pixels.Length - Vector256<uint>.Count; i += Vector256<uint>.Count)
            {
                var bytes = (Vector256.Create(pixels[i..]) >> shift) & Vector256.Create(0xFFu);
                var scaled = Vector256.ConvertToSingle(bytes.AsInt32()) * factor;
                (scaled - Vector256.Create(offset)).CopyTo(plane[i..]);
            }
        }

        for (; i < pixels.Length; i++)
        {
            var value = MemoryMarshal.AsBytes(pixels.Slice(i, 1))[shift / 8];
            var scaled = value * factor;
            plane[i] = scaled - offset;
        }
    }
}
