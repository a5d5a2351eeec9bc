using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>The loss of a batch as a sum over what it counts, so that parts of a batch (micro-batches, workers,
/// processes) add up to the mean of the whole.</summary>
/// <param name="Sum">Scalar with a gradient, float32.</param>
/// <param name="Weight">How much was summed up: samples, tokens, or the sum of their weights; above 0.</param>
public readonly record struct BatchLoss(Tensor Sum, Tensor Weight)
{
    /// <summary>A loss that is a mean over a batch.</summary>
    /// <param name="mean">Scalar with a gradient.</param>
    /// <param name="count">How many samples or tokens the mean is of, above 0.</param>
    /// <exception cref="ArgumentException">The loss is not a scalar.</exception>
    public static BatchLoss Mean(Tensor mean, double count)
    {
        ArgumentNullException.ThrowIfNull(mean);
        if (mean.NumberOfElements != 1)
        {
            throw new ArgumentException(
                $"BatchLoss: expected a scalar, got ({string.Join(",", mean.shape)}); take its mean or sum.",
                nameof(mean));
        }

        return new BatchLoss(mean.reshape([]) * count, tensor(count, ScalarType.Float32, mean.device));
    }
}
