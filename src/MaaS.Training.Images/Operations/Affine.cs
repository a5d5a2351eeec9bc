using System.Runtime.InteropServices;
using MaaS.Images;
using MaaS.Onnx;

namespace MaaS.Training.Images.Operations;

/// <summary>Affine maps of images as Pillow's <c>Image.transform</c> does them, bit by bit.</summary>
internal static class Affine
{
    private const int Bits = 16;

    /// <summary>Maps an image.</summary>
    /// <param name="image">Not changed.</param>
    /// <param name="matrix">a, b, c, d, e, f: the result's (x, y) comes from (ax + by + c, dx + ey + f).</param>
    /// <param name="height">Of the result.</param>
    /// <param name="width">Of the result.</param>
    /// <param name="interpolation">Nearest or bilinear.</param>
    /// <param name="fill">What comes from outside the image.</param>
    /// <returns>A new image; the caller owns it.</returns>
    public static PixelImage Apply(
        PixelImage image, double[] matrix, int height, int width, ImageInterpolation interpolation, byte fill)
    {
        var mapped = new PixelImage(width, height, image.Channels);
        mapped.Pixels.Fill(fill);
        if (interpolation == ImageInterpolation.Bilinear)
        {
            Bilinear(image, mapped, matrix);
        }
        else if (interpolation != ImageInterpolation.Nearest)
        {
            mapped.Dispose();
            throw new ArgumentException($"rotation: expected Nearest or Bilinear, got {interpolation}.");
        }
        else if (image.Channels == 1)
        {
            Nearest(image.Pixels, mapped.Pixels, (image.Width, image.Height), width, matrix);
        }
        else
        {
            Nearest(
                MemoryMarshal.Cast<byte, uint>(image.Pixels), MemoryMarshal.Cast<byte, uint>(mapped.Pixels),
                (image.Width, image.Height), width, matrix);
        }

        return mapped;
    }

    // Pillow's affine_fixed: steps of 1/65536 of a pixel, which add up.
    private static void Nearest<T>(
        ReadOnlySpan<T> from, Span<T> to, (int Width, int Height) size, int width, double[] m)
    {
        var (right, down) = ((X: Fix(m[0]), Y: Fix(m[3])), (X: Fix(m[1]), Y: Fix(m[4])));
        var start = (X: Fix(m[2] + (m[0] * 0.5) + (m[1] * 0.5)), Y: Fix(m[5] + (m[3] * 0.5) + (m[4] * 0.5)));
        for (var i = 0; i < to.Length; i += width)
        {
            var (x, y) = start;
            foreach (ref var pixel in to.Slice(i, width))
            {
                var (column, row) = (x >> Bits, y >> Bits);
                if (column >= 0 && column < size.Width && row >= 0 && row < size.Height)
                {
                    pixel = from[(int)((row * size.Width) + column)];
                }

                (x, y) = (x + right.X, y + right.Y);
            }

            start = (start.X + down.X, start.Y + down.Y);
        }
    }

    private static long Fix(double value) => (long)Math.Floor((value * (1 << Bits)) + 0.5);

    private static void Bilinear(PixelImage image, PixelImage mapped, double[] m)
    {
        var step = image.BytesPerPixel;
        var from = image.Pixels;
        for (var y = 0; y < mapped.Height; y++)
        {
            var to = mapped.Row(y);
            for (var x = 0; x < mapped.Width; x++)
            {
                var (inX, inY) = (
                    (m[0] * (x + 0.5)) + (m[1] * (y + 0.5)) + m[2], (m[3] * (x + 0.5)) + (m[4] * (y + 0.5)) + m[5]);
                if (inX < 0 || inX >= image.Width || inY < 0 || inY >= image.Height)
                {
                    continue;
                }

                var (left, top) = ((int)Math.Floor(inX - 0.5), (int)Math.Floor(inY - 0.5));
                var (dx, dy) = (inX - 0.5 - left, inY - 0.5 - top);
                var above = Math.Max(top, 0) * image.Stride;
                var below = Math.Min(top + 1, image.Height - 1) * image.Stride;
                var (first, second) = (Math.Max(left, 0) * step, Math.Min(left + 1, image.Width - 1) * step);
                for (var c = 0; c < step; c++)
                {
                    var upper = Between(from[above + first + c], from[above + second + c], dx);
                    var lower = Between(from[below + first + c], from[below + second + c], dx);
                    to[(x * step) + c] = (byte)(upper + ((lower - upper) * dy));
                }
            }
        }
    }

    private static double Between(byte a, byte b, double share) => a + ((b - a) * share);
}
