using MaaS.Images;
using MaaS.Onnx;

namespace MaaS.Training.Images.Operations;

/// <summary>Turns images as Pillow's <c>Image.rotate</c> does.</summary>
internal static class Rotation
{
    private const int CounterClockwise = 8, Half = 3, Clockwise = 6;

    /// <summary>Turns an image about its middle.</summary>
    /// <param name="image">Not changed.</param>
    /// <param name="degrees">Counter-clockwise.</param>
    /// <returns>A new image, or the same where there is nothing to turn.</returns>
    public static PixelImage Apply(
        PixelImage image, double degrees, ImageInterpolation interpolation, bool expand, byte fill)
    {
        degrees = ((degrees % 360) + 360) % 360;
        switch (degrees)
        {
            case 0:
                return image;
            case 180:
                return Orientation.Apply(image, Half);
            case 90 or 270 when expand || image.Width == image.Height:
                return Orientation.Apply(image, degrees == 90 ? CounterClockwise : Clockwise);
        }

        var angle = -degrees * (Math.PI / 180);
        var (cos, sin) = (Math.Round(Math.Cos(angle), 15), Math.Round(Math.Sin(angle), 15));
        var (w, h) = (image.Width, image.Height);
        double[] matrix = [cos, sin, 0, -sin, cos, 0];
        Move(matrix, -w / 2.0, -h / 2.0);
        (matrix[2], matrix[5]) = (matrix[2] + (w / 2.0), matrix[5] + (h / 2.0));
        if (expand)
        {
            (double X, double Y)[] corners =
                [Point(matrix, 0, 0), Point(matrix, w, 0), Point(matrix, w, h), Point(matrix, 0, h)];
            var wide = (int)(Math.Ceiling(corners.Max(static c => c.X)) - Math.Floor(corners.Min(static c => c.X)));
            var high = (int)(Math.Ceiling(corners.Max(static c => c.Y)) - Math.Floor(corners.Min(static c => c.Y)));
            Move(matrix, -(wide - w) / 2.0, -(high - h) / 2.0);
            (w, h) = (wide, high);
        }

        return Affine.Apply(image, matrix, h, w, interpolation, fill);
    }

    private static (double X, double Y) Point(double[] m, double x, double y)
        => ((m[0] * x) + (m[1] * y) + m[2], (m[3] * x) + (m[4] * y) + m[5]);

    private static void Move(double[] matrix, double x, double y) => (matrix[2], matrix[5]) = Point(matrix, x, y);
}
