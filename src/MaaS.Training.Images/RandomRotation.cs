using MaaS.Images;
using MaaS.Onnx;
using MaaS.Training.Images.Operations;

namespace MaaS.Training.Images;

/// <summary>Turns an image about its middle by a random angle.</summary>
/// <param name="MinDegrees">Least angle, counter-clockwise.</param>
/// <param name="MaxDegrees">Greatest angle.</param>
/// <param name="Interpolation">Nearest or bilinear.</param>
/// <param name="Expand">Whether the image grows so that nothing is cut off.</param>
/// <param name="Fill">Value of what the turn leaves empty, in every channel.</param>
public sealed record RandomRotation(
    double MinDegrees, double MaxDegrees, ImageInterpolation Interpolation = ImageInterpolation.Nearest,
    bool Expand = false, byte Fill = 0) : PixelTransform
{
    /// <summary>Turns by at most an angle, either way.</summary>
    /// <param name="degrees">At least 0.</param>
    public RandomRotation(double degrees)
        : this(-degrees, degrees)
    {
    }

    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override PixelImage Apply(PixelImage image, TransformRandom random)
    {
        ArgumentNullException.ThrowIfNull(random);
        return Rotation.Apply(image, random.Uniform(MinDegrees, MaxDegrees), Interpolation, Expand, Fill);
    }
}
