using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Metrics;

/// <summary>Measures of the most probable class.</summary>
internal static class ClassMetrics
{
    public static double Accuracy(Matrix probabilities, Target target)
    {
        var counts = Counts(probabilities, target);
        return Enumerable.Range(0, counts.Rows).Sum(c => counts[c, c]) / target.Count;
    }

    public static double BalancedAccuracy(Matrix probabilities, Target target)
    {
        var counts = Counts(probabilities, target);
        return Enumerable.Range(0, counts.Rows).Where(c => Actual(counts, c) > 0)
            .Average(c => counts[c, c] / Actual(counts, c));
    }

    // Classes that are neither there nor predicted do not count.
    public static double F1Macro(Matrix probabilities, Target target)
    {
        var counts = Counts(probabilities, target);
        return Enumerable.Range(0, counts.Rows).Where(c => Actual(counts, c) + Predicted(counts, c) > 0)
            .Average(c => 2 * counts[c, c] / (Actual(counts, c) + Predicted(counts, c)));
    }

    public static double MatthewsCorrelation(Matrix probabilities, Target target)
    {
        var counts = Counts(probabilities, target);
        double correct = 0, joint = 0, actual = 0, predicted = 0, n = target.Count;
        for (var c = 0; c < counts.Rows; c++)
        {
            var (a, p) = (Actual(counts, c), Predicted(counts, c));
            (correct, joint, actual, predicted) =
                (correct + counts[c, c], joint + a * p, actual + a * a, predicted + p * p);
        }

        var scale = Math.Sqrt((n * n - actual) * (n * n - predicted));
        return scale == 0 ? 0 : (correct * n - joint) / scale;
    }

    public static double CohenKappa(Matrix probabilities, Target target)
    {
        var counts = Counts(probabilities, target);
        double n = target.Count;
        var chance = Enumerable.Range(0, counts.Rows).Sum(c => Actual(counts, c) * Predicted(counts, c)) / (n * n);
        return (Accuracy(probabilities, target) - chance) / (1 - chance);
    }

    /// <summary>The most probable class; the first of equal ones.</summary>
    public static int Best(ReadOnlySpan<double> probabilities)
    {
        var best = 0;
        for (var c = 1; c < probabilities.Length; c++)
        {
            best = probabilities[c] > probabilities[best] ? c : best;
        }

        return best;
    }

    // (actual, predicted).
    private static Matrix Counts(Matrix probabilities, Target target)
    {
        var counts = new Matrix(target.Classes.Count, target.Classes.Count);
        for (var row = 0; row < target.Count; row++)
        {
            counts[(int)target.Values[row], Best(probabilities.Row(row))]++;
        }

        return counts;
    }

    private static double Actual(Matrix counts, int c) => counts.Row(c).ToArray().Sum();

    private static double Predicted(Matrix counts, int c) => counts.Column(c).Sum();
}
