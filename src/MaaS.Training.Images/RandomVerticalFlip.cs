using MaaS.Images;

namespace MaaS.Training.Images;

/// <summary>Mirrors an image top to bottom with a probability.</summary>
/// <param name="Probability">0…1.</param>
public sealed record RandomVerticalFlip(double Probability = 0.5) : PixelTransform
{
    private const int Mirrored = 4;

    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override PixelImage Apply(PixelImage image, TransformRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return random.Chance(Probability) ? Orientation.Apply(image, Mirrored) : image;
    }
}
