namespace MaaS.Core.Metrics;

/// <summary>Precision and recall at every threshold, and the area that they enclose.</summary>
/// <remarks>Equal to scikit-learn's <c>precision_recall_curve</c> without the end that it adds at recall 0, and to its
/// <c>average_precision_score</c>.</remarks>
public static class PrecisionRecallCurve
{
    /// <summary>The points from the highest threshold, with the lowest recall, to the lowest, where recall is
    /// 1.</summary>
    /// <param name="scores">(N), higher means more positive.</param>
    /// <param name="actual">(N), 1 for positive and 0 for negative samples; a positive one is among them.</param>
    /// <returns>One point for each different score, highest first.</returns>
    /// <exception cref="ArgumentException">The lengths differ, a score is NaN, an actual is neither 0 nor 1, or none is
    /// positive.</exception>
    public static IReadOnlyList<PrecisionRecallPoint> Binary(ReadOnlySpan<float> scores, ReadOnlySpan<int> actual)
    {
        if (scores.Length != actual.Length || actual.ContainsAnyExcept(0, 1) || !actual.Contains(1))
        {
            throw new ArgumentException(
                $"{nameof(PrecisionRecallCurve)}: expected one score a sample and actuals of 0 and 1, at least one of "
                    + $"them 1, got {scores.Length} scores for {actual.Length} samples.",
                nameof(actual));
        }

        ScoreMatrix.RejectNaN(nameof(PrecisionRecallCurve), scores);
        var (keys, labels) = (scores.ToArray(), actual.ToArray());
        Array.Sort(keys, labels);
        var positives = labels.Sum();
        var hits = 0;
        List<PrecisionRecallPoint> points = [];
        for (var i = keys.Length - 1; i >= 0; i--)
        {
            hits += labels[i];
            if (i == 0 || keys[i - 1] != keys[i])
            {
                points.Add(
                    new PrecisionRecallPoint(
                        (double)hits / positives, (double)hits / (keys.Length - i), keys[i]));
            }
        }

        return points;
    }

    /// <summary>The mean of the precisions, each weighted by the recall that its threshold adds.</summary>
    /// <inheritdoc cref="Binary" path="/param"/>
    /// <inheritdoc cref="Binary" path="/exception"/>
    /// <returns>0 to 1.</returns>
    public static double AveragePrecision(ReadOnlySpan<float> scores, ReadOnlySpan<int> actual)
    {
        var (sum, recall) = (0.0, 0.0);
        foreach (var point in Binary(scores, actual))
        {
            sum += (point.Recall - recall) * point.Precision;
            recall = point.Recall;
        }

        return sum;
    }
}

/// <summary>A point of a <see cref="PrecisionRecallCurve"/>.</summary>
/// <param name="Recall">Share of positives called positive, 0 to 1.</param>
/// <param name="Precision">Share of positives among those called positive, 0 to 1.</param>
/// <param name="Threshold">The score from which a sample is called positive.</param>
public readonly record struct PrecisionRecallPoint(double Recall, double Precision, float Threshold);
