using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>Pastes a rectangle of another image into every image of a batch and mixes the targets by its
/// area.</summary>
/// <param name="alpha">The share that stays is drawn once a batch from Beta(α, α), α above 0; 1 draws all shares
/// alike.</param>
/// <param name="classes">Number of classes, where targets are class indices that become probabilities; null where they
/// are numbers already.</param>
/// <remarks>Yun et al. 2019: CutMix, equations 1 and 2. Draws from torch's default generator.</remarks>
public sealed class CutMix(double alpha = 1, long? classes = null)
{
    private readonly MixedTargets _targets = new(nameof(CutMix), alpha, classes);

    /// <summary>The mixed batch.</summary>
    /// <param name="batch">Images (B, C, H, W) and targets (B, …).</param>
    /// <returns>Images as they were shaped; targets (B, classes), float32, or as they were shaped.</returns>
    /// <exception cref="ArgumentException">The inputs are no images.</exception>
    public (Tensor Inputs, Tensor Targets) Apply((Tensor Inputs, Tensor Targets) batch)
    {
        var images = batch.Inputs;
        if (images.dim() != 4)
        {
            throw new ArgumentException(
                $"CutMix: expected images (B,C,H,W), got ({string.Join(",", images.shape)}).", nameof(batch));
        }

        var (height, width) = (images.shape[2], images.shape[3]);
        var partners = randperm(images.shape[0], ScalarType.Int64, images.device);
        var side = Math.Sqrt(1 - _targets.DrawShare());
        var (top, bottom) = Span(height, side);
        var (left, right) = Span(width, side);
        var mixed = images.clone();
        if (bottom > top && right > left)
        {
            mixed.narrow(2, top, bottom - top).narrow(3, left, right - left).copy_(
                images.index_select(0, partners).narrow(2, top, bottom - top).narrow(3, left, right - left));
        }

        // The rectangle may reach over the border: what counts is the area that was pasted.
        var share = 1 - ((double)(bottom - top) * (right - left) / (height * width));
        return (mixed, _targets.Mix(batch.Targets, partners, share));
    }

    // A part around a centre that lies anywhere, cut off at the border.
    private static (long From, long To) Span(long size, double side)
    {
        using var centre = randint(0, size, [1], ScalarType.Int64);
        var (middle, half) = (centre.item<long>(), (long)(size * side) / 2);
        return (Math.Max(0, middle - half), Math.Min(size, middle + half));
    }
}
