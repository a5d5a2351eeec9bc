using static TorchSharp.torch;

namespace MaaS.Training.Fitting.Tasks;

/// <summary>Binary cross-entropy of logits, and the decisions that thresholds make of them.</summary>
internal static class BinaryLoss
{
    /// <summary>A loss for each logit.</summary>
    /// <param name="logits">(B, …), float32.</param>
    /// <param name="targets">As the logits: 0, 1, or a share between them.</param>
    /// <param name="positiveWeights">How much more positives count than negatives, one a label; null for 1
    /// each.</param>
    public static ItemLosses Of(Tensor logits, Tensor targets, IReadOnlyList<double>? positiveWeights)
    {
        var weights = positiveWeights is null ? null
            : tensor([.. positiveWeights], ScalarType.Float32, logits.device);
        return new ItemLosses(nn.functional.binary_cross_entropy_with_logits(
            logits, targets, reduction: nn.Reduction.None, pos_weights: weights));
    }

    /// <summary>Whether each logit's probability reaches its threshold.</summary>
    /// <param name="thresholds">Probabilities above 0 and below 1, one or one a label.</param>
    public static Tensor Decide(Tensor logits, IReadOnlyList<double> thresholds)
        => logits >= tensor(
            [.. thresholds.Select(static p => Math.Log(p / (1 - p)))], ScalarType.Float32, logits.device);

    /// <exception cref="ArgumentException">A threshold is no probability.</exception>
    public static IReadOnlyList<double> CheckedThresholds(string task, IReadOnlyList<double> thresholds)
    {
        ArgumentNullException.ThrowIfNull(thresholds);
        return thresholds.Count > 0 && thresholds.All(static p => p is > 0 and < 1) ? thresholds
            : throw new ArgumentException(
                $"{task}: expected thresholds above 0 and below 1, got ({string.Join(", ", thresholds)}).");
    }

    /// <exception cref="ArgumentException">A weight is not above 0.</exception>
    public static IReadOnlyList<double>? CheckedWeights(string task, string what, IReadOnlyList<double>? weights)
        => weights?.All(static w => w > 0 && double.IsFinite(w)) ?? true ? weights
            : throw new ArgumentException($"{task}: expected {what} above 0, got ({string.Join(", ", weights!)}).");
}
