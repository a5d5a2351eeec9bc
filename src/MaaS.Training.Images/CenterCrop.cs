using MaaS.Images;

namespace MaaS.Training.Images;

/// <summary>Cuts an image to its middle; one that is smaller gets black edges.</summary>
/// <param name="Height">At least 1.</param>
/// <param name="Width">At least 1.</param>
public sealed record CenterCrop(int Height, int Width) : PixelTransform
{
    /// <summary>Cuts to a square.</summary>
    /// <param name="size">At least 1.</param>
    public CenterCrop(int size)
        : this(size, size)
    {
    }

    /// <inheritdoc/>
    public override PixelImage Apply(PixelImage image, TransformRandom random) => image.CenterCrop(Height, Width);
}
