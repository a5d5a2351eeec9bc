namespace MaaS.Core.Metrics;

/// <summary>Checks that metrics over per-class scores share.</summary>
internal static class ScoreMatrix
{
    /// <summary>Number of classes of an (N, C) matrix of scores, after checking it against its N actual
    /// classes.</summary>
    public static int Classes(string metric, ReadOnlySpan<float> scores, ReadOnlySpan<int> actual)
    {
        if (actual.IsEmpty || scores.IsEmpty || scores.Length % actual.Length != 0)
        {
            throw new ArgumentException(
                $"{metric}: expected scores of shape (N, C) for N > 0 actual classes, got {scores.Length} scores for "
                    + $"{actual.Length} samples.", nameof(scores));
        }

        var classes = scores.Length / actual.Length;
        foreach (var a in actual)
        {
            if ((uint)a >= (uint)classes)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(actual), $"{metric}: expected actual classes from 0 to {classes - 1}, got {a}.");
            }
        }

        RejectNaN(metric, scores);
        return classes;
    }

    /// <summary>Throws when a score is not a number.</summary>
    public static void RejectNaN(string metric, ReadOnlySpan<float> scores)
    {
        foreach (var s in scores)
        {
            if (float.IsNaN(s))
            {
                throw new ArgumentException(
                    $"{metric}: expected numbers as scores, got NaN; the model may have diverged.", nameof(scores));
            }
        }
    }
}
