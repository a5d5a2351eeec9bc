using MaaS.Images;

namespace MaaS.Training.Images;

/// <summary>Decodes and transforms the files of a list.</summary>
internal sealed class ImageSamples
{
    private const int MostTries = 100;

    private readonly ImageList _list;
    private readonly ImageFolderOptions _options;
    private readonly ImageDecoder _decoder;

    public ImageSamples(ImageList list, ImageFolderOptions options)
    {
        (_list, _options, _decoder) = (list, options, new ImageDecoder(options.Limits));
        Shape = FirstShape();
    }

    /// <summary>(C, H, W) of every input.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>Values of an input.</summary>
    public int Size => (int)(Shape[0] * Shape[1] * Shape[2]);

    /// <summary>Writes one input.</summary>
    /// <param name="position">In the list.</param>
    /// <param name="random">All draws of its transforms.</param>
    /// <param name="planes">(C, H, W): takes the input.</param>
    /// <exception cref="InvalidDataException">The file cannot be used; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The transforms leave images of different sizes.</exception>
    public void Load(long position, TransformRandom random, Span<float> planes)
    {
        using var image = Pixels(position, random);
        if (image.Height != Shape[1] || image.Width != Shape[2])
        {
            // Not the file's fault: it is not left out with those that cannot be read.
            throw new InvalidOperationException(
                $"{PathOf(position)}: expected {Shape[1]} rows of {Shape[2]} pixels after the transforms, as the first "
                    + $"image has, got {image.Height} of {image.Width}; add Resize and CenterCrop.");
        }

        _options.Transforms.WritePlanes(image, planes, random);
    }

    /// <summary>An image after the transforms on pixels; the caller owns it.</summary>
    /// <exception cref="InvalidDataException">The file cannot be used; the message names it.</exception>
    public PixelImage Pixels(long position, TransformRandom random)
    {
        try
        {
            return _options.Transforms.ApplyPixels(
                _decoder.DecodeFile(PathOf(position), _options.Channels), random);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException(
                $"{PathOf(position)}: {e.Message}; mend or delete the file, or leave bad files out.", e);
        }
    }

    private string PathOf(long position) => Path.Combine(_list.Root, _list.Names[position]);

    private long[] FirstShape()
    {
        for (var position = 0; ; position++)
        {
            try
            {
                using var image = Pixels(position, new TransformRandom(0, 0, position));
                return [image.Channels, image.Height, image.Width];
            }
            catch (InvalidDataException)
                when (_options.OnBadFile == Data.Streams.BadSample.LeaveOut
                    && position + 1 < Math.Min(MostTries, _list.Names.Length))
            {
                // Left out, as in every epoch; the next one tells the shape.
            }
        }
    }
}
