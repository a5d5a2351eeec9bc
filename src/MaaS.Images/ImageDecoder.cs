using System.Buffers;
using SkiaSharp;

namespace MaaS.Images;

/// <summary>Image files as pixels: JPEG, PNG, WebP, BMP, and a GIF's first frame, decoded by Skia.</summary>
/// <remarks>Transparency is ignored, as Pillow's conversion to RGB does; the orientation that a camera wrote down is
/// applied. Safe to call from several threads at once.</remarks>
/// <param name="limits">Checked before anything is decoded; null for the defaults.</param>
public sealed class ImageDecoder(ImageLimits? limits = null)
{
    private static readonly SKEncodedImageFormat[] Formats =
    [
        SKEncodedImageFormat.Jpeg, SKEncodedImageFormat.Png, SKEncodedImageFormat.Webp, SKEncodedImageFormat.Bmp,
        SKEncodedImageFormat.Gif,
    ];

    private readonly ImageLimits _limits = limits ?? new ImageLimits();

    /// <summary>Decodes a file in memory.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="channels">1 for grey, 3 for red, green and blue.</param>
    /// <returns>The image in its own size; the caller owns it.</returns>
    /// <exception cref="InvalidDataException">It is no such file, is larger than the limits, or is broken.</exception>
    public unsafe PixelImage Decode(ReadOnlySpan<byte> bytes, int channels)
    {
        if (bytes.Length > _limits.MaxBytes)
        {
            throw new InvalidDataException(
                $"image: expected a file of at most {_limits.MaxBytes} bytes, got {bytes.Length}");
        }

        fixed (byte* start = bytes)
        {
            using var data = SKData.Create((nint)start, bytes.Length);
            using var codec = bytes.IsEmpty ? null : SKCodec.Create(data);
            return codec is not null && Formats.Contains(codec.EncodedFormat)
                ? Decode(codec, channels)
                : throw new InvalidDataException(
                    $"image: expected a JPEG, PNG, WebP, BMP or GIF file, got {bytes.Length} other bytes");
        }
    }

    /// <summary>Reads and decodes a file.</summary>
    /// <param name="path">Path of the file.</param>
    /// <param name="channels">1 for grey, 3 for red, green and blue.</param>
    /// <returns>The image in its own size; the caller owns it.</returns>
    /// <exception cref="InvalidDataException">As of <see cref="Decode(ReadOnlySpan{byte}, int)"/>.</exception>
    /// <exception cref="IOException">It is not there, or cannot be read.</exception>
    public PixelImage DecodeFile(string path, int channels)
    {
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var length = RandomAccess.GetLength(file);
        if (length > _limits.MaxBytes)
        {
            throw new InvalidDataException(
                $"image: expected a file of at most {_limits.MaxBytes} bytes, got {length}");
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)length);
        try
        {
            var read = 0;
            while (read < length && RandomAccess.Read(file, buffer.AsSpan(read, (int)length - read), read) is > 0 and var n)
            {
                read += n;
            }

            return Decode(buffer.AsSpan(0, read), channels);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private PixelImage Decode(SKCodec codec, int channels)
    {
        var (width, height) = (codec.Info.Width, codec.Info.Height);
        if ((long)width * height > _limits.MaxPixels || width < 1 || height < 1)
        {
            throw new InvalidDataException(
                $"image: expected 1 to {_limits.MaxPixels} pixels, got {width} by {height}");
        }

        var grey = channels == 1 && codec.Info.ColorType == SKColorType.Gray8;
        var image = Pixels(codec, grey ? 1 : 3);
        if (codec.EncodedOrigin is not (SKEncodedOrigin.TopLeft or SKEncodedOrigin.Default) and var origin)
        {
            image = Replace(image, Orientation.Apply(image, (int)origin));
        }

        return channels < image.Channels ? Replace(image, image.ToGrey()) : image;
    }

    private static unsafe PixelImage Pixels(SKCodec codec, int channels)
    {
        var image = new PixelImage(codec.Info.Width, codec.Info.Height, channels);
        var info = channels == 1
            ? new SKImageInfo(image.Width, image.Height, SKColorType.Gray8, SKAlphaType.Opaque)
            : new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        SKCodecResult result;
        fixed (byte* pixels = image.Pixels)
        {
            result = codec.GetPixels(info, (nint)pixels);
        }

        if (result != SKCodecResult.Success)
        {
            image.Dispose();
            throw new InvalidDataException(
                $"image: expected a whole {codec.EncodedFormat.ToString().ToUpperInvariant()} file, decoding it gave "
                    + $"{result}");
        }

        return image;
    }

    private static PixelImage Replace(PixelImage old, PixelImage image)
    {
        old.Dispose();
        return image;
    }
}
