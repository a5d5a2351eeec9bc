namespace MaaS.Core.Metrics;

/// <summary>Area under the receiver operating characteristic: the chance that a positive sample scores above a negative
/// one.</summary>
/// <remarks>The rank statistic of Mann and Whitney, ties counting half: equal to scikit-learn's
/// <c>roc_auc_score</c>.</remarks>
public static class RocAuc
{
    /// <summary>Area of a binary classifier.</summary>
    /// <param name="scores">(N), higher means more positive.</param>
    /// <param name="actual">(N), 1 for positive and 0 for negative samples.</param>
    /// <returns>0 to 1; NaN when only one of the two classes occurs, where the area is not defined.</returns>
    /// <exception cref="ArgumentException">The lengths differ, an actual is neither 0 nor 1, or a score is
    /// NaN.</exception>
    public static double Binary(ReadOnlySpan<float> scores, ReadOnlySpan<int> actual)
    {
        if (scores.Length != actual.Length || scores.IsEmpty)
        {
            throw new ArgumentException(
                $"{nameof(RocAuc)}: expected one score a sample, got {scores.Length} for {actual.Length} samples.",
                nameof(scores));
        }

        foreach (var a in actual)
        {
            if (a is not (0 or 1))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(actual), $"{nameof(RocAuc)}: expected 0 or 1, got {a}; use OneVsRest for more classes.");
            }
        }

        ScoreMatrix.RejectNaN(nameof(RocAuc), scores);
        return Area(scores.ToArray(), actual.ToArray());
    }

    /// <summary>Area of each class against all others.</summary>
    /// <param name="scores">(N, C), row-major.</param>
    /// <param name="actual">(N), class indices.</param>
    /// <returns>(C); NaN for a class that no sample or every sample belongs to.</returns>
    /// <exception cref="ArgumentException">The sizes do not fit, or a score is NaN.</exception>
    public static double[] OneVsRest(ReadOnlySpan<float> scores, ReadOnlySpan<int> actual)
    {
        var classes = ScoreMatrix.Classes(nameof(RocAuc), scores, actual);
        var areas = new double[classes];
        for (var c = 0; c < classes; c++)
        {
            var column = new float[actual.Length];
            var positive = new int[actual.Length];
            for (var i = 0; i < column.Length; i++)
            {
                column[i] = scores[i * classes + c];
                positive[i] = actual[i] == c ? 1 : 0;
            }

            areas[c] = Area(column, positive);
        }

        return areas;
    }

    /// <summary>Mean of the classes' areas; each class counts the same.</summary>
    /// <inheritdoc cref="OneVsRest" path="/param"/>
    /// <returns>0 to 1; NaN when a class has no area.</returns>
    public static double Macro(ReadOnlySpan<float> scores, ReadOnlySpan<int> actual)
        => OneVsRest(scores, actual).Average();

    /// <summary>Mean of the classes' areas; each class counts as often as it has samples.</summary>
    /// <inheritdoc cref="OneVsRest" path="/param"/>
    /// <returns>0 to 1; NaN when a class has no area.</returns>
    public static double Weighted(ReadOnlySpan<float> scores, ReadOnlySpan<int> actual)
    {
        var areas = OneVsRest(scores, actual);
        double sum = 0;
        foreach (var a in actual)
        {
            sum += areas[a];
        }

        return areas.Any(double.IsNaN) ? double.NaN : sum / actual.Length;
    }

    private static double Area(float[] scores, int[] positive)
    {
        Array.Sort(scores, positive);
        double rankSum = 0;
        long positives = 0;
        for (var start = 0; start < scores.Length;)
        {
            var end = start;
            long tied = 0;
            for (; end < scores.Length && scores[end] == scores[start]; end++)
            {
                tied += positive[end];
            }

            rankSum += tied * ((start + 1 + end) / 2d);
            positives += tied;
            start = end;
        }

        var negatives = scores.Length - positives;
        return positives == 0 || negatives == 0
            ? double.NaN
            : (rankSum - positives * (positives + 1) / 2d) / positives / negatives;
    }
}
