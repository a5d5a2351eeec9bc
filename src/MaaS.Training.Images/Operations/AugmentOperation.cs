using MaaS.Images;
using MaaS.Onnx;

namespace MaaS.Training.Images.Operations;

/// <summary>The fourteen changes of RandAugment, with torchvision's ranges.</summary>
internal static class AugmentOperation
{
    public const int Count = 14;

    private const double Shear = 0.3, Turn = 30, Enhance = 0.9, Shift = 150.0 / 331;

    /// <summary>Does one of them.</summary>
    /// <param name="image">May be changed and returned.</param>
    /// <param name="operation">0…13.</param>
    /// <param name="strength">Share of the range, 0…1.</param>
    /// <param name="negative">Whether it goes the other way, where there is one.</param>
    /// <param name="fill">Value of what is left empty.</param>
    public static PixelImage Apply(PixelImage image, int operation, double strength, bool negative, byte fill)
    {
        var signed = negative ? -strength : strength;
        switch (operation)
        {
            case 0:
                return image;
            case 1:
                return Map(image, [1, Math.Tan(Math.Atan(signed * Shear)), 0, 0, 1, 0], fill);
            case 2:
                return Map(image, [1, 0, 0, Math.Tan(Math.Atan(signed * Shear)), 1, 0], fill);
            case 3:
                return Map(image, [1, 0, -(int)(signed * Shift * image.Width), 0, 1, 0], fill);
            case 4:
                return Map(image, [1, 0, 0, 0, 1, -(int)(signed * Shift * image.Height)], fill);
            case 5:
                return Rotation.Apply(image, signed * Turn, ImageInterpolation.Nearest, expand: false, fill);
            case 6:
                Enhancement.Brightness(image, 1 + (signed * Enhance));
                return image;
            case 7:
                Enhancement.Saturation(image, 1 + (signed * Enhance));
                return image;
            case 8:
                Enhancement.Contrast(image, 1 + (signed * Enhance));
                return image;
            case 9:
                Enhancement.Sharpness(image, 1 + (signed * Enhance));
                return image;
            case 10:
                Tones.Posterize(image, 8 - (int)Math.Round(strength * 4));
                return image;
            case 11:
                Tones.Solarize(image, 255 * (1 - strength));
                return image;
            case 12:
                Tones.AutoContrast(image);
                return image;
            default:
                Tones.Equalize(image);
                return image;
        }
    }

    private static PixelImage Map(PixelImage image, double[] matrix, byte fill)
        => Affine.Apply(image, matrix, image.Height, image.Width, ImageInterpolation.Nearest, fill);
}
