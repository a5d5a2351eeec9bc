using static TorchSharp.torch;

namespace MaaS.Training.Data;

/// <summary>Random shifts and mirror images of a whole batch at once.</summary>
/// <param name="MaxShift">Largest shift in pixels along each axis, 0 for none; what moves in is the image's edge
/// pixel.</param>
/// <param name="FlipHorizontally">Whether half of the images are mirrored left to right (wrong for digits).</param>
public sealed record ShiftFlip(int MaxShift = 2, bool FlipHorizontally = false)
{
    /// <summary>Draws one shift and flip an image.</summary>
    /// <param name="images">(B, C, H, W), any type; not disposed.</param>
    /// <param name="random">Source of the draws.</param>
    /// <returns>(B, C, H, W), a new tensor; the caller owns it.</returns>
    internal Tensor Apply(Tensor images, ref SeededRandom random)
    {
        using var scope = NewDisposeScope();
        var (batch, channels, height, width) = (images.shape[0], images.shape[1], images.shape[2], images.shape[3]);
        var positions = new long[batch * height * width];
        var next = 0;
        for (var i = 0; i < batch; i++)
        {
            var down = random.Next(2 * MaxShift + 1) - MaxShift;
            var right = random.Next(2 * MaxShift + 1) - MaxShift;
            var flip = FlipHorizontally && random.Next(2) == 1;
            for (var y = 0; y < height; y++)
            {
                var row = Math.Clamp(y + down, 0, height - 1) * width;
                for (var x = 0; x < width; x++)
                {
                    var column = Math.Clamp(x + right, 0, width - 1);
                    positions[next++] = row + (flip ? width - 1 - column : column);
                }
            }
        }

        var index = tensor(positions, [batch, 1, height * width], ScalarType.Int64).to(images.device)
            .expand(batch, channels, height * width);
        return images.reshape(batch, channels, height * width).gather(2, index)
            .reshape(batch, channels, height, width).MoveToOuterDisposeScope();
    }
}
