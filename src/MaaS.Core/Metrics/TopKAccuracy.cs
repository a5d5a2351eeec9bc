namespace MaaS.Core.Metrics;

/// <summary>Share of samples whose actual class is among the k highest scores.</summary>
/// <remarks>Equal to scikit-learn's <c>top_k_accuracy_score</c>: among equal scores the higher class index ranks
/// first.</remarks>
public static class TopKAccuracy
{
    /// <summary>The share of samples whose class is among the k highest scores.</summary>
    /// <param name="scores">(N, C), row-major; logits or probabilities.</param>
    /// <param name="actual">(N), class indices.</param>
    /// <param name="k">1 or more.</param>
    /// <returns>0 to 1.</returns>
    /// <exception cref="ArgumentException">The sizes do not fit, or a score is NaN.</exception>
    public static double Compute(ReadOnlySpan<float> scores, ReadOnlySpan<int> actual, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        var classes = ScoreMatrix.Classes(nameof(TopKAccuracy), scores, actual);
        var hits = 0;
        for (var i = 0; i < actual.Length; i++)
        {
            var row = scores.Slice(i * classes, classes);
            var own = row[actual[i]];
            var rank = 0;
            for (var c = 0; c < classes; c++)
            {
                if (row[c] > own || (row[c] == own && c > actual[i]))
                {
                    rank++;
                }
            }

            if (rank < k)
            {
                hits++;
            }
        }

        return (double)hits / actual.Length;
    }
}
