using MaaS.Images;
using MaaS.Onnx;
using MaaS.Serving.Protocols.Images;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Images;

/// <summary>
/// JPEG, PNG, WebP, BMP and GIF files by the decoder and the arithmetic of training. Where the package says how images
/// are sized it is done so; else an image of another size than the model's is scaled until it covers that size and cut
/// to its middle.
/// </summary>
internal sealed class SkiaImageDecoder(IOptions<ImageOptions> options) : IImageDecoder
{
    public bool Recognizes(ReadOnlySpan<byte> bytes) => ImageSignature.IsImage(bytes);

    public DecodedImage Decode(
        ReadOnlySpan<byte> bytes, int channels, int? height, int? width, ImageGeometry? geometry)
    {
        if (channels is not (1 or 3))
        {
            throw new InvalidDataException(
                $"image: expected a model of 1 or 3 channels, it has {channels}; send its tensor");
        }

        var limits = new ImageLimits(options.Value.MaxBytes, options.Value.MaxPixels);
        using var image = new ImageDecoder(limits).Decode(bytes, channels);
        using var fitted = image.Fit(geometry, height, width);
        var planes = new float[fitted.Channels * fitted.Height * fitted.Width];
        fitted.WritePlanes(planes, [.. Enumerable.Repeat(1f, fitted.Channels)], new float[fitted.Channels]);
        return new DecodedImage(planes, fitted.Height, fitted.Width);
    }
}
