namespace MaaS.Core.Metrics;

/// <summary>The receiver operating characteristic: what share of positives is found at what share of false
/// alarms.</summary>
/// <remarks>Equal to scikit-learn's <c>roc_curve(…, drop_intermediate=False)</c>.</remarks>
public static class RocCurve
{
    /// <summary>The points from (0, 0), where nothing is called positive, to (1, 1).</summary>
    /// <param name="scores">(N), higher means more positive.</param>
    /// <param name="actual">(N), 1 for positive and 0 for negative samples; both occur.</param>
    /// <returns>One point for each different score, highest first, after (0, 0).</returns>
    /// <exception cref="ArgumentException">The lengths differ, a score is NaN, an actual is neither 0 nor 1, or one of
    /// the two is missing.</exception>
    public static IReadOnlyList<RocPoint> Binary(ReadOnlySpan<float> scores, ReadOnlySpan<int> actual)
    {
        if (scores.Length != actual.Length || actual.ContainsAnyExcept(0, 1) || !actual.Contains(0)
            || !actual.Contains(1))
        {
            throw new ArgumentException(
                $"{nameof(RocCurve)}: expected one score a sample and actuals of 0 and 1, both among them, got "
                    + $"{scores.Length} scores for {actual.Length} samples.",
                nameof(actual));
        }

        ScoreMatrix.RejectNaN(nameof(RocCurve), scores);
        var (keys, labels) = (scores.ToArray(), actual.ToArray());
        Array.Sort(keys, labels);
        var positives = labels.Sum();
        var (hits, alarms) = (0, 0);
        List<RocPoint> points = [new(0, 0, float.PositiveInfinity)];
        for (var i = keys.Length - 1; i >= 0; i--)
        {
            hits += labels[i];
            alarms += 1 - labels[i];
            if (i == 0 || keys[i - 1] != keys[i])
            {
                points.Add(new RocPoint((double)alarms / (keys.Length - positives), (double)hits / positives, keys[i]));
            }
        }

        return points;
    }
}

/// <summary>A point of a <see cref="RocCurve"/>.</summary>
/// <param name="FalsePositiveRate">Share of negatives called positive, 0 to 1.</param>
/// <param name="TruePositiveRate">Share of positives called positive, 0 to 1.</param>
/// <param name="Threshold">The score from which a sample is called positive.</param>
public readonly record struct RocPoint(double FalsePositiveRate, double TruePositiveRate, float Threshold);
