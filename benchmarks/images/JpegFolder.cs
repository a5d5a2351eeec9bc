using MaaS.Training.Data;
using SkiaSharp;

namespace MaaS.Benchmarks.Images;

/// <summary>Fashion-MNIST as files.</summary>
internal static class JpegFolder
{
    private const int Side = 256, Quality = 90;

    /// <summary>Writes the first images, a folder for each class.</summary>
    /// <param name="folder">Is made.</param>
    /// <param name="data">The training set.</param>
    /// <param name="count">How many.</param>
    /// <param name="large">Whether they are scaled up, tinted and given a background, as a photograph has one.</param>
    public static void Write(string folder, ImageDataset data, int count, bool large)
    {
        var labels = data.LabelValues();
        Parallel.For(0, count, i =>
        {
            using var image = Grey(data.Pixels(i));
            using var shown = large ? Photo(image, i) : null;
            using var jpeg = (shown ?? image).Encode(SKEncodedImageFormat.Jpeg, Quality);
            var of = Directory.CreateDirectory(Path.Combine(folder, $"{labels[i]}"));
            File.WriteAllBytes(Path.Combine(of.FullName, $"{i:00000}.jpg"), jpeg.ToArray());
        });
    }

    private static SKBitmap Grey(byte[] pixels)
    {
        var bitmap = new SKBitmap(new SKImageInfo(28, 28, SKColorType.Gray8, SKAlphaType.Opaque));
        pixels.CopyTo(bitmap.GetPixelSpan());
        return bitmap;
    }

    private static SKBitmap Photo(SKBitmap image, int seed)
    {
        var photo = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var scaled = image.Resize(new SKImageInfo(Side, Side, SKColorType.Gray8, SKAlphaType.Opaque), new SKSamplingOptions(SKCubicResampler.Mitchell));
        var random = new Random(seed);
        var (tint, background) = (random.Next(64), random.Next(96));
        var noise = new byte[Side * Side];
        random.NextBytes(noise);
        var from = scaled.GetPixelSpan();
        var to = photo.GetPixelSpan();
        for (var i = 0; i < noise.Length; i++)
        {
            var value = Math.Max(from[i], (byte)(background + (noise[i] >> 4) + (i / Side / 8)));
            (to[i * 4], to[(i * 4) + 1], to[(i * 4) + 2]) = (value, (byte)Math.Max(0, value - tint), (byte)(255 - value));
            to[(i * 4) + 3] = 255;
        }

        return photo;
    }
}
