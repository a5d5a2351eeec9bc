using MaaS.Images;
using MaaS.Onnx;

namespace MaaS.Training.Images;

/// <summary>Cuts a part of random area and proportion at a random place and scales it to a size.</summary>
/// <param name="Height">At least 1.</param>
/// <param name="Width">At least 1.</param>
/// <param name="MinScale">Least share of the image's area, above 0.</param>
/// <param name="MaxScale">Greatest share of the image's area.</param>
/// <param name="MinRatio">Least width by height, above 0.</param>
/// <param name="MaxRatio">Greatest width by height.</param>
/// <param name="Interpolation">How the part is scaled.</param>
/// <remarks>Szegedy et al. 2014, with torchvision's draws: ten tries, then the middle.</remarks>
public sealed record RandomResizedCrop(
    int Height, int Width, double MinScale = 0.08, double MaxScale = 1, double MinRatio = 3.0 / 4,
    double MaxRatio = 4.0 / 3, ImageInterpolation Interpolation = ImageInterpolation.Bilinear) : PixelTransform
{
    private const int Tries = 10;

    /// <summary>Cuts and scales to a square.</summary>
    /// <param name="size">At least 1.</param>
    public RandomResizedCrop(int size)
        : this(size, size)
    {
    }

    /// <inheritdoc/>
    public override bool IsRandom => true;

    /// <inheritdoc/>
    public override PixelImage Apply(PixelImage image, TransformRandom random)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(random);
        var (top, left, height, width) = Part(image.Height, image.Width, random);
        using var part = image.Crop(top, left, height, width);
        return part.Resize(Height, Width, Interpolation);
    }

    /// <summary>Draws the part.</summary>
    internal (int Top, int Left, int Height, int Width) Part(int height, int width, TransformRandom random)
    {
        for (var i = 0; i < Tries; i++)
        {
            var area = (double)height * width * random.Uniform(MinScale, MaxScale);
            var ratio = Math.Exp(random.Uniform(Math.Log(MinRatio), Math.Log(MaxRatio)));
            var (w, h) = ((int)Math.Round(Math.Sqrt(area * ratio)), (int)Math.Round(Math.Sqrt(area / ratio)));
            if (w > 0 && w <= width && h > 0 && h <= height)
            {
                return (random.Next(height - h + 1), random.Next(width - w + 1), h, w);
            }
        }

        var own = (double)width / height;
        var (middleHeight, middleWidth) = own < MinRatio ? (Math.Clamp((int)Math.Round(width / MinRatio), 1, height), width)
            : own > MaxRatio ? (height, Math.Clamp((int)Math.Round(height * MaxRatio), 1, width))
            : (height, width);
        return ((height - middleHeight) / 2, (width - middleWidth) / 2, middleHeight, middleWidth);
    }
}
