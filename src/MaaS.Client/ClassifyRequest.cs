namespace MaaS.Client;

/// <summary>Texts or an image for a classifier with labels.</summary>
public sealed class ClassifyRequest : ModelRequest
{
    private ClassifyRequest(string model)
        : base(model)
    {
    }

    internal IReadOnlyList<string>? Texts { get; private init; }

    internal ReadOnlyMemory<byte>? ImageFile { get; private init; }

    internal (ReadOnlyMemory<byte> Data, int Channels, int Height, int Width)? Pixels { get; private init; }

    /// <summary>Raw texts, one sample each, for a package with text preprocessing.</summary>
    public static ClassifyRequest OfTexts(string model, params IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return new ClassifyRequest(model) { Texts = texts };
    }

    /// <summary>One image as the bytes of a file, for a package with image preprocessing.</summary>
    /// <param name="model">The model.</param>
    /// <param name="file">PGM or PPM; JPEG, PNG, WebP, BMP and GIF where the server has MaaS.Serving.Images.</param>
    public static ClassifyRequest OfImage(string model, ReadOnlyMemory<byte> file) => new(model) { ImageFile = file };

    /// <summary>Images as pixels of 8 bits, for a package with image preprocessing.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pixels">(N, C, H, W), row-major.</param>
    /// <param name="channels">C: 1 for grey, 3 for red, green, blue.</param>
    /// <param name="height">H.</param>
    /// <param name="width">W.</param>
    /// <exception cref="ArgumentException">The pixels are no whole number of images.</exception>
    public static ClassifyRequest OfPixels(
        string model, ReadOnlyMemory<byte> pixels, int channels, int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        var size = checked(channels * height * width);
        if (pixels.IsEmpty || pixels.Length % size != 0)
        {
            throw new ArgumentException(
                $"OfPixels: expected a multiple of {channels}x{height}x{width} = {size} pixels, got {pixels.Length}.",
                nameof(pixels));
        }

        return new ClassifyRequest(model) { Pixels = (pixels, channels, height, width) };
    }
}
