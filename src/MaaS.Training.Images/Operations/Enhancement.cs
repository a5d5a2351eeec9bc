using MaaS.Images;

namespace MaaS.Training.Images.Operations;

/// <summary>Pillow's <c>ImageEnhance</c>: an image blended with a duller one, in place; factor 1 changes
/// nothing.</summary>
internal static class Enhancement
{
    public static void Brightness(PixelImage image, double factor)
    {
        var table = new byte[256];
        for (var i = 0; i < table.Length; i++)
        {
            table[i] = Blend(0, (byte)i, (float)factor);
        }

        Tones.Map(image, table);
    }

    public static void Contrast(PixelImage image, double factor)
    {
        var mean = MeanLuma(image);
        var table = new byte[256];
        for (var i = 0; i < table.Length; i++)
        {
            table[i] = Blend(mean, (byte)i, (float)factor);
        }

        Tones.Map(image, table);
    }

    /// <summary>Leaves grey images as they are.</summary>
    public static void Saturation(PixelImage image, double factor)
    {
        if (image.Channels == 1)
        {
            return;
        }

        var pixels = image.Pixels;
        for (var i = 0; i < pixels.Length; i += 4)
        {
            var grey = PixelImage.Luma(pixels[i], pixels[i + 1], pixels[i + 2]);
            for (var c = 0; c < 3; c++)
            {
                pixels[i + c] = Blend(grey, pixels[i + c], (float)factor);
            }
        }
    }

    /// <summary>Blends with the image smoothed by a 3 by 3 filter, which leaves edges as they are.</summary>
    public static void Sharpness(PixelImage image, double factor)
    {
        using var smooth = Smooth(image);
        var (step, last) = (image.BytesPerPixel, image.Pixels.Length);
        var from = smooth.Pixels;
        var to = image.Pixels;
        for (var i = 0; i < last; i++)
        {
            if (step == 1 || i % step != 3)
            {
                to[i] = Blend(from[i], to[i], (float)factor);
            }
        }
    }

    private static byte MeanLuma(PixelImage image)
    {
        long sum = 0;
        using var grey = image.ToGrey();
        foreach (var value in grey.Pixels)
        {
            sum += value;
        }

        return (byte)(((double)sum / grey.Pixels.Length) + 0.5);
    }

    private static PixelImage Smooth(PixelImage image)
    {
        const float Corner = 1 / 13f, Centre = 5 / 13f;
        var smooth = image.Crop(0, 0, image.Height, image.Width);
        var (step, stride) = (image.BytesPerPixel, image.Stride);
        var from = image.Pixels;
        for (var y = 1; y < image.Height - 1; y++)
        {
            var to = smooth.Row(y);
            for (var i = step; i < stride - step; i++)
            {
                var at = (y * stride) + i;
                var sum = 0.5f;
                for (var row = at + stride; row >= at - stride; row -= stride)
                {
                    var centre = row == at ? Centre : Corner;
                    sum += (from[row - step] * Corner) + (from[row] * centre) + (from[row + step] * Corner);
                }

                to[i] = (byte)Math.Clamp(sum, 0, 255);
            }
        }

        return smooth;
    }

    // Pillow's ImagingBlend: single precision, cut off behind the point.
    private static byte Blend(byte dull, byte value, float factor)
    {
        var blended = dull + (factor * (value - dull));
        return blended <= 0 ? (byte)0 : blended >= 255 ? (byte)255 : (byte)blended;
    }
}
