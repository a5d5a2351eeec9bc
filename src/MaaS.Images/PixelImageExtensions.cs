using MaaS.Onnx;

namespace MaaS.Images;

/// <summary>Sizes of images: torchvision's rules on Pillow's arithmetic.</summary>
public static class PixelImageExtensions
{
    // A thin strip of few bytes would become gigabytes before it is cut.
    private const long MostScaledPixels = 1 << 26;

    /// <summary>Scales an image to a height and a width.</summary>
    /// <param name="image">Not disposed.</param>
    /// <param name="height">At least 1.</param>
    /// <param name="width">At least 1.</param>
    /// <param name="interpolation">How; bilinear and bicubic widen their filter where the image shrinks.</param>
    /// <returns>A new image; the caller owns it.</returns>
    /// <exception cref="InvalidDataException">It would have more than 2^26 pixels, or more on the way
    /// there.</exception>
    public static PixelImage Resize(
        this PixelImage image, int height, int width,
        ImageInterpolation interpolation = ImageInterpolation.Bilinear)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);

        // The first pass changes the width alone.
        if ((long)Math.Max(height, image.Height) * width > MostScaledPixels)
        {
            throw new InvalidDataException(
                $"image: expected at most {MostScaledPixels} pixels when it is scaled, got {image.Width} by "
                    + $"{image.Height} "
                    + $"to {width} by {height}");
        }

        return Resampler.Resize(image, height, width, interpolation);
    }

    /// <summary>Scales an image so that its shorter side has a length; the other is in proportion, rounded
    /// down.</summary>
    /// <param name="image">Not disposed.</param>
    /// <param name="shorter">At least 1.</param>
    /// <param name="interpolation">How.</param>
    /// <returns>A new image; the caller owns it.</returns>
    public static PixelImage ResizeShorter(
        this PixelImage image, int shorter, ImageInterpolation interpolation = ImageInterpolation.Bilinear)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (h, w) = (image.Height, image.Width);
        return h <= w
            ? image.Resize(shorter, (int)Math.Clamp((long)shorter * w / h, 1, int.MaxValue), interpolation)
            : image.Resize((int)Math.Clamp((long)shorter * h / w, 1, int.MaxValue), shorter, interpolation);
    }

    /// <summary>The middle of an image; an image that is smaller gets black edges.</summary>
    /// <param name="image">Not disposed.</param>
    /// <param name="height">At least 1.</param>
    /// <param name="width">At least 1.</param>
    /// <returns>A new image; the caller owns it.</returns>
    public static PixelImage CenterCrop(this PixelImage image, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(image);
        return image.Crop(Start(image.Height, height), Start(image.Width, width), height, width);
    }

    /// <summary>Scales an image and cuts it to its middle.</summary>
    /// <param name="image">Not disposed.</param>
    /// <param name="geometry">Without a fault.</param>
    /// <returns>A new image; the caller owns it.</returns>
    public static PixelImage Fit(this PixelImage image, ImageGeometry geometry)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(geometry);
        var scaled = geometry switch
        {
            { ResizeShorter: { } shorter } => image.ResizeShorter(shorter, geometry.Interpolation),
            { ResizeHeight: { } height, ResizeWidth: { } width } => image.Resize(height, width, geometry.Interpolation),
            _ => image.Crop(0, 0, image.Height, image.Width),
        };
        if (geometry is not { CropHeight: { } cropHeight, CropWidth: { } cropWidth })
        {
            return scaled;
        }

        using (scaled)
        {
            return scaled.CenterCrop(cropHeight, cropWidth);
        }
    }

    /// <summary>Sizes an image as a model's package says, and without a word of it to the model's own size: scaled
    /// until it covers that, and cut to its middle.</summary>
    /// <param name="image">Not disposed.</param>
    /// <param name="geometry">What the package says; null where it says nothing.</param>
    /// <param name="height">The model's height, at least 1; null for the image's own.</param>
    /// <param name="width">The model's width, at least 1; null for the image's own.</param>
    /// <returns>A new image; the caller owns it.</returns>
    public static PixelImage Fit(this PixelImage image, ImageGeometry? geometry, int? height, int? width)
    {
        ArgumentNullException.ThrowIfNull(image);
        var (h, w) = (height ?? image.Height, width ?? image.Width);
        return geometry is not null ? image.Fit(geometry)
            : h == image.Height && w == image.Width ? image.Crop(0, 0, h, w)
            : image.Cover(h, w);
    }

    /// <summary>The pixels as planes of bytes.</summary>
    /// <param name="image">Not disposed.</param>
    /// <returns>(C, H, W), row-major.</returns>
    public static byte[] ToPlanes(this PixelImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var pixels = image.Pixels;
        var (step, plane) = (image.BytesPerPixel, image.Width * image.Height);
        var planes = new byte[image.Channels * plane];
        for (var i = 0; i < planes.Length; i++)
        {
            planes[i] = pixels[(i % plane * step) + (i / plane)];
        }

        return planes;
    }

    /// <summary>Scales an image until it covers a height and a width, and cuts it to its middle.</summary>
    /// <param name="image">Not disposed.</param>
    /// <param name="height">At least 1.</param>
    /// <param name="width">At least 1.</param>
    /// <returns>A new image; the caller owns it.</returns>
    public static PixelImage Cover(this PixelImage image, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(image);
        var scale = Math.Max((double)height / image.Height, (double)width / image.Width);
        using var scaled = image.Resize(
            Math.Max(height, (int)(image.Height * scale)), Math.Max(width, (int)(image.Width * scale)));
        return scaled.CenterCrop(height, width);
    }

    // torchvision: where the image is smaller, the odd pixel of the edges is on the right; else Python's rounding.
    private static int Start(int size, int wanted)
        => wanted > size ? -((wanted - size) / 2) : (int)Math.Round((size - wanted) / 2.0, MidpointRounding.ToEven);
}
