namespace MaaS.Training.Images;

/// <summary>Subtracts a mean and divides by a standard deviation, channel by channel, of pixels scaled to 0…1.</summary>
public sealed record Normalize : ImageTransform
{
    /// <param name="mean">(C), finite.</param>
    /// <param name="std">(C), finite and above 0.</param>
    /// <exception cref="ArgumentException">The numbers do not fit.</exception>
    public Normalize(IReadOnlyList<double> mean, IReadOnlyList<double> std)
    {
        ArgumentNullException.ThrowIfNull(mean);
        ArgumentNullException.ThrowIfNull(std);
        if (mean.Count is not (1 or 3) || mean.Count != std.Count || !mean.All(double.IsFinite)
            || !std.All(static s => double.IsFinite(s) && s > 0))
        {
            throw new ArgumentException(
                "Normalize: expected a finite mean and a deviation above 0 for each of 1 or 3 channels, got "
                    + $"[{string.Join(", ", mean)}] and [{string.Join(", ", std)}].", nameof(mean));
        }

        (Mean, Std) = (mean, std);
    }

    /// <summary>The statistics of ImageNet, which pretrained networks expect.</summary>
    public static Normalize ImageNet { get; } = new([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]);

    /// <summary>(C).</summary>
    public IReadOnlyList<double> Mean { get; }

    /// <summary>(C).</summary>
    public IReadOnlyList<double> Std { get; }

    /// <inheritdoc/>
    public override string ToString()
        => $"{nameof(Normalize)} {{ Mean = [{string.Join(", ", Mean)}], Std = [{string.Join(", ", Std)}] }}";
}
