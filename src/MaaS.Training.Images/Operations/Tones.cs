using MaaS.Images;

namespace MaaS.Training.Images.Operations;

/// <summary>Pillow's <c>ImageOps</c> that give each value of a channel another one, in place.</summary>
internal static class Tones
{
    /// <summary>Replaces values by a table of 256, in every channel.</summary>
    public static void Map(PixelImage image, ReadOnlySpan<byte> table)
    {
        foreach (ref var value in image.Pixels)
        {
            value = table[value];
        }
    }

    /// <summary>Keeps the upper bits of each value.</summary>
    /// <param name="image">Changed.</param>
    /// <param name="bits">0…8.</param>
    public static void Posterize(PixelImage image, int bits)
    {
        var mask = (byte)(0xFF << (8 - bits));
        foreach (ref var value in image.Pixels)
        {
            value &= mask;
        }
    }

    /// <summary>Inverts values from a threshold on.</summary>
    public static void Solarize(PixelImage image, double threshold)
    {
        foreach (ref var value in image.Pixels)
        {
            value = value < threshold ? value : (byte)(255 - value);
        }
    }

    /// <summary>Stretches each channel to 0…255.</summary>
    public static void AutoContrast(PixelImage image)
        => PerChannel(image, static (counts, table) =>
        {
            var (low, high) = (Array.FindIndex(counts, static c => c > 0), Array.FindLastIndex(counts, static c => c > 0));
            if (high <= low)
            {
                return false;
            }

            var scale = 255.0 / (high - low);
            var offset = -low * scale;
            for (var i = 0; i < table.Length; i++)
            {
                table[i] = (byte)Math.Clamp((int)((i * scale) + offset), 0, 255);
            }

            return true;
        });

    /// <summary>Spreads each channel's values evenly.</summary>
    public static void Equalize(PixelImage image)
        => PerChannel(image, static (counts, table) =>
        {
            var last = counts[Array.FindLastIndex(counts, static c => c > 0)];
            var step = (counts.Sum() - last) / 255;
            if (step == 0)
            {
                return false;
            }

            var sum = step / 2;
            for (var i = 0; i < table.Length; i++)
            {
                table[i] = (byte)Math.Min(255, sum / step);
                sum += counts[i];
            }

            return true;
        });

    private static void PerChannel(PixelImage image, Func<int[], byte[], bool> tableOf)
    {
        var (pixels, step) = (image.Pixels.Length, image.BytesPerPixel);
        var values = image.Pixels;
        for (var c = 0; c < image.Channels; c++)
        {
            var (counts, table) = (new int[256], new byte[256]);
            for (var i = c; i < pixels; i += step)
            {
                counts[values[i]]++;
            }

            if (!tableOf(counts, table))
            {
                continue;
            }

            for (var i = c; i < pixels; i += step)
            {
                values[i] = table[values[i]];
            }
        }
    }
}
