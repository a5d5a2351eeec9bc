namespace MaaS.Core.Metrics;

/// <summary>Mean negative natural logarithm of the probability given to the actual class.</summary>
/// <remarks>Equal to scikit-learn's <c>log_loss</c> of float32 probabilities: they are clipped to [ε, 1 − ε] with
/// float32's ε = 2⁻²³.</remarks>
public static class LogLoss
{
    private const double Epsilon = 1.1920928955078125e-07;

    /// <summary>The mean over all samples.</summary>
    /// <param name="probabilities">(N, C), row-major; each row sums to 1.</param>
    /// <param name="actual">(N), class indices.</param>
    /// <returns>0 or more; lower is better.</returns>
    /// <exception cref="ArgumentException">The sizes do not fit, or a row does not sum to 1 within 1e-3.</exception>
    public static double Compute(ReadOnlySpan<float> probabilities, ReadOnlySpan<int> actual)
    {
        var classes = ScoreMatrix.Classes(nameof(LogLoss), probabilities, actual);
        double loss = 0;
        for (var i = 0; i < actual.Length; i++)
        {
            double sum = 0, clipped = 0;
            foreach (var p in probabilities.Slice(i * classes, classes))
            {
                sum += p;
                clipped += Math.Clamp(p, Epsilon, 1 - Epsilon);
            }

            if (!(Math.Abs(sum - 1) <= 1e-3))
            {
                throw new ArgumentException(
                    $"{nameof(LogLoss)}: expected rows of probabilities that sum to 1, got {sum} in row {i}; apply "
                        + "softmax to logits first.",
                    nameof(probabilities));
            }

            loss -= Math.Log(Math.Clamp(probabilities[i * classes + actual[i]], Epsilon, 1 - Epsilon) / clipped);
        }

        return loss / actual.Length;
    }
}
