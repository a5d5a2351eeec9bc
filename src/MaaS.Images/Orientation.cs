using System.Runtime.InteropServices;

namespace MaaS.Images;

/// <summary>Turns and mirror images that move pixels and change none.</summary>
public static class Orientation
{
    /// <summary>The image as a viewer shows it, by the orientation that a camera wrote down.</summary>
    /// <param name="image">Not disposed.</param>
    /// <param name="exif">1…8, the value of EXIF's tag 0x0112: 2 mirrors left to right, 3 turns by half, 4 mirrors top
    /// to bottom, 5 transposes, 6 turns clockwise, 7 transposes about the other diagonal, 8 turns
    /// counter-clockwise.</param>
    /// <returns>A new image; the caller owns it.</returns>
    public static PixelImage Apply(PixelImage image, int exif)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfLessThan(exif, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(exif, 8);
        var (w, h) = (image.Width, image.Height);
        // Where the first pixel comes from, and how far its right and its lower neighbour are from there.
        var (start, right, down) = exif switch
        {
            1 => (0, 1, w),
            2 => (w - 1, -1, w),
            3 => ((w * h) - 1, -1, -w),
            4 => (w * (h - 1), 1, -w),
            5 => (0, w, 1),
            6 => (w * (h - 1), -w, 1),
            7 => ((w * h) - 1, -w, -1),
            _ => (w - 1, w, -1),
        };
        var turned = exif < 5
            ? new PixelImage(w, h, image.Channels) : new PixelImage(h, w, image.Channels);
        if (image.Channels == 1)
        {
            Move(image.Pixels, turned.Pixels, turned.Width, start, right, down);
        }
        else
        {
            Move(
                MemoryMarshal.Cast<byte, uint>(image.Pixels), MemoryMarshal.Cast<byte, uint>(turned.Pixels),
                turned.Width, start, right, down);
        }

        return turned;
    }

    private static void Move<T>(ReadOnlySpan<T> from, Span<T> to, int width, int start, int right, int down)
    {
        for (var (i, row) = (0, start); i < to.Length; i += width, row += down)
        {
            for (var x = 0; x < width; x++)
            {
                to[i + x] = from[row + (x * right)];
            }
        }
    }
}
