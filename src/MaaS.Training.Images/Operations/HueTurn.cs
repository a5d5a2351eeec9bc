using MaaS.Images;

namespace MaaS.Training.Images.Operations;

/// <summary>Turns the hue as torchvision does on images of Pillow: through HSV in bytes, in place.</summary>
internal static class HueTurn
{
    /// <summary>Leaves grey images as they are.</summary>
    /// <param name="image">Changed.</param>
    /// <param name="turn">Share of the circle, −0.5…0.5.</param>
    public static void Apply(PixelImage image, double turn)
    {
        if (image.Channels == 1)
        {
            return;
        }

        var shift = (byte)(int)(turn * 255);
        var pixels = image.Pixels;
        for (var i = 0; i < pixels.Length; i += 4)
        {
            var (h, s, v) = ToHsv(pixels[i], pixels[i + 1], pixels[i + 2]);
            (pixels[i], pixels[i + 1], pixels[i + 2]) = ToRgb((byte)(h + shift), s, v);
        }
    }

    private static (byte H, byte S, byte V) ToHsv(byte r, byte g, byte b)
    {
        var (max, min) = (Math.Max(r, Math.Max(g, b)), Math.Min(r, Math.Min(g, b)));
        if (max == min)
        {
            return (0, 0, max);
        }

        var range = (float)(max - min);
        var (red, green, blue) = ((max - r) / range, (max - g) / range, (max - b) / range);
        var hue = r == max ? blue - green
            : g == max ? (float)(2.0 + red - blue)
            : (float)(4.0 + green - red);
        hue = (float)(((hue / 6.0) + 1.0) % 1.0);
        return (Clip((int)(hue * 255.0)), Clip((int)(range / max * 255.0)), max);
    }

    private static (byte R, byte G, byte B) ToRgb(byte h, byte s, byte v)
    {
        if (s == 0)
        {
            return (v, v, v);
        }

        var sector = (int)Math.Floor(h * 6.0f / 255.0);
        var rest = (float)((h * 6.0f / 255.0) - sector);
        var saturation = (float)(s / 255.0);
        var p = Round(v * (1.0 - saturation));
        var q = Round(v * (1.0 - (saturation * rest)));
        var t = Round(v * (1.0 - (saturation * (1.0 - rest))));
        return (sector % 6) switch
        {
            0 => (v, t, p),
            1 => (q, v, p),
            2 => (p, v, t),
            3 => (p, q, v),
            4 => (t, p, v),
            _ => (v, p, q),
        };
    }

    private static byte Round(double value) => Clip((int)Math.Round(value, MidpointRounding.AwayFromZero));

    private static byte Clip(int value) => (byte)Math.Clamp(value, 0, 255);
}
