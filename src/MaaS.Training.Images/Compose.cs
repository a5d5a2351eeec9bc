using MaaS.Images;
using MaaS.Onnx;

namespace MaaS.Training.Images;

/// <summary>Transforms one after another, from a decoded image to a model's input.</summary>
/// <remarks>Pixels are scaled to 0…1 where <see cref="Normalize"/> stands, or after the last step on pixels.</remarks>
public sealed class Compose
{
    private readonly PixelTransform[] _pixels;
    private readonly PlaneTransform[] _planes;
    private readonly Normalize? _normalize;

    /// <param name="transforms">Steps on pixels, at most one <see cref="Normalize"/>, steps on planes, in this
    /// order.</param>
    /// <exception cref="ArgumentException">They come in another order.</exception>
    public Compose(params IReadOnlyList<ImageTransform> transforms)
    {
        ArgumentNullException.ThrowIfNull(transforms);
        _pixels = [.. transforms.OfType<PixelTransform>()];
        _planes = [.. transforms.OfType<PlaneTransform>()];
        var normalize = transforms.OfType<Normalize>().ToList();
        _normalize = normalize.FirstOrDefault();
        ImageTransform[] inOrder = [.. _pixels, .. normalize, .. _planes];
        if (normalize.Count > 1 || !inOrder.SequenceEqual(transforms, ReferenceEqualityComparer.Instance))
        {
            throw new ArgumentException(
                "Compose: expected transforms of pixels, then at most one Normalize, then transforms of planes (such "
                    + $"as RandomErasing), got {string.Join(", ", transforms.Select(static t => t?.GetType().Name))}.",
                nameof(transforms));
        }

        IsRandom = transforms.Any(static t => t.IsRandom);
    }

    /// <summary>Whether a sample may look different in each epoch.</summary>
    public bool IsRandom { get; }

    /// <summary>What a package has to say so that a server makes the same input of the same file.</summary>
    /// <param name="channels">1 or 3.</param>
    /// <exception cref="InvalidOperationException">A server cannot repeat a step: the message names it.</exception>
    public ImagePreprocessing Preprocessing(int channels)
    {
        ImageGeometry? geometry = null;
        foreach (ImageTransform transform in _pixels.Concat<ImageTransform>(_planes))
        {
            geometry = (transform, geometry) switch
            {
                (Resize resize, null) => resize.Geometry,
                (CenterCrop crop, null or { CropHeight: null })
                    => (geometry ?? new ImageGeometry()) with { CropHeight = crop.Height, CropWidth = crop.Width },
                _ => throw new InvalidOperationException(
                    $"Compose: expected at most one Resize and one CenterCrop after it, which servers repeat, got "
                        + $"{transform}; take the transforms of the validation set."),
            };
        }

        var (mean, std) = Statistics(channels);
        return new ImagePreprocessing(1 / 255.0, mean, std) { Geometry = geometry };
    }

    /// <summary>The transforms that a package describes: what a server does to an image.</summary>
    /// <param name="preprocessing">Of pixels scaled to 0…1.</param>
    /// <exception cref="ArgumentException">It scales pixels otherwise.</exception>
    public static Compose Of(ImagePreprocessing preprocessing)
    {
        ArgumentNullException.ThrowIfNull(preprocessing);
        if (preprocessing.Scale != 1 / 255.0)
        {
            throw new ArgumentException(
                $"Compose: expected pixels scaled by 1/255, got {preprocessing.Scale}.", nameof(preprocessing));
        }

        List<ImageTransform> steps = [];
        if (preprocessing.Geometry is { } geometry)
        {
            steps.AddRange(geometry switch
            {
                { ResizeShorter: { } shorter } => [new Resize(shorter, geometry.Interpolation)],
                { ResizeHeight: { } height, ResizeWidth: { } width }
                    => [new Resize(height, width, geometry.Interpolation)],
                _ => Array.Empty<ImageTransform>(),
            });
            if (geometry is { CropHeight: { } cropHeight, CropWidth: { } cropWidth })
            {
                steps.Add(new CenterCrop(cropHeight, cropWidth));
            }
        }

        return new Compose([.. steps, new Normalize(preprocessing.Mean, preprocessing.Std)]);
    }

    /// <summary>The steps, each with its settings.</summary>
    public override string ToString()
        => string.Join(
            "; ", _pixels.Concat<ImageTransform>(_normalize is null ? [] : [_normalize]).Concat(_planes));

    /// <summary>The steps on pixels.</summary>
    /// <param name="image">Disposed, unless it is the result.</param>
    internal PixelImage ApplyPixels(PixelImage image, TransformRandom random)
    {
        foreach (var transform in _pixels)
        {
            var next = transform.Apply(image, random);
            if (next != image)
            {
                image.Dispose();
            }

            image = next;
        }

        return image;
    }

    /// <summary>Scaling, <see cref="Normalize"/> and the steps on planes.</summary>
    internal void WritePlanes(PixelImage image, Span<float> planes, TransformRandom random)
    {
        var (mean, std) = Statistics(image.Channels);
        Span<float> factors = stackalloc float[image.Channels], offsets = stackalloc float[image.Channels];
        for (var c = 0; c < image.Channels; c++)
        {
            (factors[c], offsets[c]) = ((float)(1 / 255.0 / std[c]), (float)(mean[c] / std[c]));
        }

        image.WritePlanes(planes, factors, offsets);
        foreach (var transform in _planes)
        {
            transform.Apply(new ImagePlanes(planes, image.Channels, image.Height, image.Width), random);
        }
    }

    private static readonly double[] Zeros = [0, 0, 0], Ones = [1, 1, 1];

    private (IReadOnlyList<double> Mean, IReadOnlyList<double> Std) Statistics(int channels)
        => _normalize is null ? (Zeros[..channels], Ones[..channels])
            : _normalize.Mean.Count == channels ? (_normalize.Mean, _normalize.Std)
            : throw new InvalidOperationException(
                $"Normalize: expected statistics of {channels} channels, as the images have, got "
                    + $"{_normalize.Mean.Count}.");
}
