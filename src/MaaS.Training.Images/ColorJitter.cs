using MaaS.Images;
using MaaS.Training.Images.Operations;

namespace MaaS.Training.Images;

/// <summary>Changes brightness, contrast, saturation and hue at random, in a random order.</summary>
/// <param name="Brightness">The factor is drawn from 1 − this (at least 0) to 1 + this.</param>
/// <param name="Contrast">The same for contrast.</param>
/// <param name="Saturation">The same for saturation; without effect on grey images.</param>
/// <param name="Hue">The hue is turned by up to this share of a circle either way, 0…0.5; without effect on grey
/// images.</param>
public sealed record ColorJitter(
    double Brightness = 0, double Contrast = 0, double Saturation = 0, double Hue = 0) : PixelTransform
{
    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override PixelImage Apply(PixelImage image, TransformRandom random)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(random);
        double[] factors = [Factor(Brightness, random), Factor(Contrast, random), Factor(Saturation, random)];
        var hue = random.Uniform(-Hue, Hue);
        foreach (var change in random.Permutation(4))
        {
            switch (change)
            {
                case 0 when Brightness > 0:
                    Enhancement.Brightness(image, factors[0]);
                    break;
                case 1 when Contrast > 0:
                    Enhancement.Contrast(image, factors[1]);
                    break;
                case 2 when Saturation > 0:
                    Enhancement.Saturation(image, factors[2]);
                    break;
                case 3 when Hue > 0:
                    HueTurn.Apply(image, hue);
                    break;
            }
        }

        return image;
    }

    private static double Factor(double strength, TransformRandom random)
        => random.Uniform(Math.Max(0, 1 - strength), 1 + strength);
}
