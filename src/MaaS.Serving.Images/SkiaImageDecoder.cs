using MaaS.Serving.Protocols.Images;
using Microsoft.Extensions.Options;
using SkiaSharp;

namespace MaaS.Serving.Images;

/// <summary>
/// PNG and JPEG by Skia. An image of another size than the model's is scaled until it covers that size and cut to its
/// middle. Transparency is ignored, and so is the orientation that a camera wrote down, as Pillow does.
/// </summary>
internal sealed class SkiaImageDecoder(IOptions<ImageOptions> options) : IImageDecoder
{
    private static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];
    private static readonly byte[] Jpeg = [0xFF, 0xD8, 0xFF];
    private static readonly SKSamplingOptions Bilinear = new(SKFilterMode.Linear, SKMipmapMode.Linear);

    public bool Recognizes(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Png) || bytes.StartsWith(Jpeg);

    public DecodedImage Decode(ReadOnlySpan<byte> bytes, int channels, int? height, int? width)
    {
        var limits = options.Value;
        if (bytes.Length > limits.MaxBytes)
        {
            throw new InvalidDataException(
                $"image: expected a file of at most {limits.MaxBytes} bytes, got {bytes.Length}");
        }

        if (channels is not (1 or 3))
        {
            throw new InvalidDataException(
                $"image: expected a model of 1 or 3 channels, it has {channels}; send its tensor");
        }

        using var data = SKData.CreateCopy(bytes);
        using var codec = SKCodec.Create(data)
            ?? throw new InvalidDataException("image: expected a PNG or JPEG file, got other bytes");
        var (own, pixels) = (codec.Info, (long)codec.Info.Width * codec.Info.Height);
        if (pixels > limits.MaxPixels || pixels == 0)
        {
            throw new InvalidDataException(
                $"image: expected 1 to {limits.MaxPixels} pixels, got {own.Width} by {own.Height}");
        }

        var info = new SKImageInfo(own.Width, own.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        using var bitmap = new SKBitmap(info);
        var result = codec.GetPixels(info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
        {
            throw new InvalidDataException($"image: expected a whole PNG or JPEG file, decoding it gave {result}");
        }

        var (h, w) = (height ?? own.Height, width ?? own.Width);
        if (h == own.Height && w == own.Width)
        {
            return new DecodedImage(Planes(bitmap, channels), h, w);
        }

        using var fitted = Fit(bitmap, h, w);
        return new DecodedImage(Planes(fitted, channels), h, w);
    }

    private static SKBitmap Fit(SKBitmap bitmap, int height, int width)
    {
        var scale = Math.Max((double)height / bitmap.Height, (double)width / bitmap.Width);
        var (h, w) = (
            Math.Max(height, (int)Math.Round(bitmap.Height * scale)),
            Math.Max(width, (int)Math.Round(bitmap.Width * scale)));
        using var scaled = bitmap.Resize(bitmap.Info.WithSize(w, h), Bilinear)
            ?? throw new InvalidDataException(
                $"image: expected a size that can be scaled to {width} by {height}, got {bitmap.Width} by "
                    + $"{bitmap.Height}");
        var cut = new SKBitmap();
        var (top, left) = ((h - height) / 2, (w - width) / 2);
        using var part = new SKBitmap();
        scaled.ExtractSubset(part, SKRectI.Create(left, top, width, height));
        part.CopyTo(cut); // Rows of a part lie as far apart as those of the whole; those of a copy do not.
        return cut;
    }

    /// <summary>(C, H, W) of (H, W, 4); grey by ITU-R 601, as Pillow rounds it.</summary>
    private static float[] Planes(SKBitmap bitmap, int channels)
    {
        var rgba = bitmap.GetPixelSpan();
        var plane = rgba.Length / 4;
        var planes = new float[plane * channels];
        for (var i = 0; i < plane; i++)
        {
            var (red, green, blue) = (rgba[i * 4], rgba[(i * 4) + 1], rgba[(i * 4) + 2]);
            if (channels == 1)
            {
                planes[i] = ((red * 19595) + (green * 38470) + (blue * 7471) + 0x8000) >> 16;
            }
            else
            {
                (planes[i], planes[plane + i], planes[(2 * plane) + i]) = (red, green, blue);
            }
        }

        return planes;
    }
}
