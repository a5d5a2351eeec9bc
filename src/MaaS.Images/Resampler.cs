using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MaaS.Onnx;

namespace MaaS.Images;

/// <summary>Scales images as Pillow's <c>Image.resize</c> does, bit by bit.</summary>
internal static class Resampler
{
    /// <summary>Scales an image.</summary>
    /// <returns>A new image; the caller owns it.</returns>
    public static PixelImage Resize(PixelImage image, int height, int width, ImageInterpolation interpolation)
    {
        if (interpolation == ImageInterpolation.Nearest)
        {
            return Nearest(image, height, width);
        }

        var wide = width == image.Width
            ? null : Horizontal(image, new ResampleWeights(image.Width, width, interpolation), width);
        if (height == image.Height)
        {
            return wide ?? image.Crop(0, 0, height, width);
        }

        using (wide)
        {
            return Vertical(wide ?? image, new ResampleWeights(image.Height, height, interpolation), height);
        }
    }

    private static PixelImage Nearest(PixelImage image, int height, int width)
    {
        var scaled = new PixelImage(width, height, image.Channels);
        var columns = Positions(image.Width, width);
        var rows = Positions(image.Height, height);
        for (var y = 0; y < height; y++)
        {
            var from = image.Row(rows[y]);
            var to = scaled.Row(y);
            if (image.Channels == 1)
            {
                Pick<byte>(from, to, columns);
            }
            else
            {
                Pick(MemoryMarshal.Cast<byte, uint>(from), MemoryMarshal.Cast<byte, uint>(to), columns);
            }
        }

        return scaled;
    }

    // Sums of the scale and no products: what Pillow's rounding depends on.
    private static int[] Positions(int from, int to)
    {
        var positions = new int[to];
        var (step, at) = ((double)from / to, (double)from / to * 0.5);
        for (var i = 0; i < to; i++, at += step)
        {
            positions[i] = Math.Min((int)at, from - 1);
        }

        return positions;
    }

    private static void Pick<T>(ReadOnlySpan<T> from, Span<T> to, int[] positions)
    {
        for (var x = 0; x < positions.Length; x++)
        {
            to[x] = from[positions[x]];
        }
    }

    private static PixelImage Horizontal(PixelImage image, ResampleWeights weights, int width)
    {
        var scaled = new PixelImage(width, image.Height, image.Channels);
        for (var y = 0; y < image.Height; y++)
        {
            if (image.Channels == 1)
            {
                Grey(image.Row(y), scaled.Row(y), weights);
            }
            else
            {
                Colour(
                    MemoryMarshal.Cast<byte, uint>(image.Row(y)), MemoryMarshal.Cast<byte, uint>(scaled.Row(y)),
                    weights);
            }
        }

        return scaled;
    }

    private static void Grey(ReadOnlySpan<byte> from, Span<byte> to, ResampleWeights weights)
    {
        for (var x = 0; x < to.Length; x++)
        {
            var sum = ResampleWeights.Half;
            var factors = weights.Weights(x);
            var part = from.Slice(weights.First(x), factors.Length);
            for (var k = 0; k < factors.Length; k++)
            {
                sum += part[k] * factors[k];
            }

            to[x] = Clip(sum);
        }
    }

    private static void Colour(ReadOnlySpan<uint> from, Span<uint> to, ResampleWeights weights)
    {
        for (var x = 0; x < to.Length; x++)
        {
            var sum = Vector128.Create(ResampleWeights.Half);
            var factors = weights.Weights(x);
            var part = from.Slice(weights.First(x), factors.Length);
            for (var k = 0; k < factors.Length; k++)
            {
                var bytes = Vector128.CreateScalarUnsafe(part[k]).AsByte();
                sum += Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32() * factors[k];
            }

            var clipped = Vector128.Min(
                Vector128.Max(sum >> ResampleWeights.Precision, Vector128<int>.Zero), Vector128.Create(255));
            var shorts = Vector128.Narrow(clipped, clipped).AsUInt16();
            to[x] = Vector128.Narrow(shorts, shorts).AsUInt32().ToScalar();
        }
    }

    private static PixelImage Vertical(PixelImage image, ResampleWeights weights, int height)
    {
        var scaled = new PixelImage(image.Width, height, image.Channels);
        for (var y = 0; y < height; y++)
        {
            var first = weights.First(y);
            var factors = weights.Weights(y);
            Column(
                image.Pixels.Slice(first * image.Stride, factors.Length * image.Stride), scaled.Row(y), factors,
                image.Stride);
        }

        return scaled;
    }

    // Eight bytes side by side, whatever channels they belong to.
    private static void Column(ReadOnlySpan<byte> rows, Span<byte> to, ReadOnlySpan<int> factors, int stride)
    {
        var x = 0;
        for (; x <= to.Length - Vector64<byte>.Count; x += Vector64<byte>.Count)
        {
            var sum = Vector256.Create(ResampleWeights.Half);
            for (var k = 0; k < factors.Length; k++)
            {
                var bytes = Unsafe.ReadUnaligned<ulong>(in rows[(k * stride) + x]);
                var shorts = Vector128.WidenLower(Vector128.CreateScalarUnsafe(bytes).AsByte());
                sum += Vector256.Create(Vector128.WidenLower(shorts), Vector128.WidenUpper(shorts)).AsInt32()
                    * factors[k];
            }

            var clipped = Vector256.Min(
                Vector256.Max(sum >> ResampleWeights.Precision, Vector256<int>.Zero), Vector256.Create(255));
            var narrow = Vector128.Narrow(clipped.GetLower(), clipped.GetUpper()).AsUInt16();
            Unsafe.WriteUnaligned(ref to[x], Vector128.Narrow(narrow, narrow).AsUInt64().ToScalar());
        }

        for (; x < to.Length; x++)
        {
            var sum = ResampleWeights.Half;
            for (var k = 0; k < factors.Length; k++)
            {
                sum += rows[(k * stride) + x] * factors[k];
            }

            to[x] = Clip(sum);
        }
    }

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> ResampleWeights.Precision, 0, 255);
}
