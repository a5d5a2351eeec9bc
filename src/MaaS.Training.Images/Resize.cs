using MaaS.Images;
using MaaS.Onnx;

namespace MaaS.Training.Images;

/// <summary>Scales an image, as torchvision's <c>Resize</c> does.</summary>
public sealed record Resize : PixelTransform
{
    /// <summary>Scales the shorter side to a length, and the other in proportion.</summary>
    /// <param name="shorter">At least 1.</param>
    /// <param name="interpolation">How.</param>
    public Resize(int shorter, ImageInterpolation interpolation = ImageInterpolation.Bilinear)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(shorter, 1);
        Geometry = new ImageGeometry { ResizeShorter = shorter, Interpolation = interpolation };
    }

    /// <summary>Scales to a height and a width.</summary>
    /// <param name="height">At least 1.</param>
    /// <param name="width">At least 1.</param>
    /// <param name="interpolation">How.</param>
    public Resize(int height, int width, ImageInterpolation interpolation = ImageInterpolation.Bilinear)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        Geometry = new ImageGeometry { ResizeHeight = height, ResizeWidth = width, Interpolation = interpolation };
    }

    /// <summary>The same for a package.</summary>
    public ImageGeometry Geometry { get; }

    /// <inheritdoc/>
    public override PixelImage Apply(PixelImage image, TransformRandom random) => image.Fit(Geometry);
}
