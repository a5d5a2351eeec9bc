using MaaS.Core.Metrics;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Metrics;

/// <summary>Measures of probabilities. Of two classes the second is the one that is looked for.</summary>
internal static class ProbabilityMetrics
{
    private const double Epsilon = 2.220446049250313e-16;

    public static double LogLoss(Matrix probabilities, Target target)
    {
        double loss = 0;
        for (var row = 0; row < target.Count; row++)
        {
            double sum = 0;
            foreach (var p in probabilities.Row(row))
            {
                sum += Math.Clamp(p, Epsilon, 1 - Epsilon);
            }

            loss -= Math.Log(Math.Clamp(probabilities[row, (int)target.Values[row]], Epsilon, 1 - Epsilon) / sum);
        }

        return loss / target.Count;
    }

    /// <summary>Of two classes the mean squared error of the second's probability; of more the sum over the
    /// classes.</summary>
    public static double Brier(Matrix probabilities, Target target)
    {
        double sum = 0;
        for (var row = 0; row < target.Count; row++)
        {
            for (var c = target.Classes.Count == 2 ? 1 : 0; c < target.Classes.Count; c++)
            {
                var error = probabilities[row, c] - (target.Values[row] == c ? 1 : 0);
                sum += error * error;
            }
        }

        return sum / target.Count;
    }

    /// <summary>The expected calibration error of the chosen class, of fifteen bins.</summary>
    public static double CalibrationError(Matrix probabilities, Target target)
        => Reliability(probabilities, target).ExpectedError;

    /// <summary>How often the chosen class is right, by its probability.</summary>
    public static Calibration Reliability(Matrix probabilities, Target target) => Calibration.From(
        Array.ConvertAll(probabilities.Values, static p => (float)p),
        Array.ConvertAll(target.Values, static y => (int)y));

    /// <summary>Area under the ROC curve; of more than two classes the mean of each against the others.</summary>
    public static double RocAuc(Matrix probabilities, Target target) => OneAgainstRest(probabilities, target, RocAuc);

    /// <summary>Average precision; of more than two classes the mean of each against the others.</summary>
    public static double AveragePrecision(Matrix probabilities, Target target)
        => OneAgainstRest(probabilities, target, AveragePrecision);

    private static double OneAgainstRest(Matrix probabilities, Target target, Func<double[], bool[], double> measure)
    {
        int[] classes = target.Classes.Count == 2 ? [1] : [.. Enumerable.Range(0, target.Classes.Count)];
        return classes.Average(c => measure(probabilities.Column(c), Array.ConvertAll(target.Values, y => y == c)));
    }

    // The share of pairs of a positive and a negative that are in order; ties count half.
    private static double RocAuc(double[] scores, bool[] positive)
    {
        double area = 0, positives = 0, negatives = 0;
        foreach (var (hits, misses) in Steps(scores, positive))
        {
            area += misses * (positives + hits / 2);
            (positives, negatives) = (positives + hits, negatives + misses);
        }

        return positives == 0 || negatives == 0 ? double.NaN : area / positives / negatives;
    }

    private static double AveragePrecision(double[] scores, bool[] positive)
    {
        double sum = 0, positives = 0, all = 0;
        foreach (var (hits, misses) in Steps(scores, positive))
        {
            (positives, all) = (positives + hits, all + hits + misses);
            sum += hits * positives / all;
        }

        return positives == 0 ? double.NaN : sum / positives;
    }

    // Positives and negatives of each distinct score, the highest first.
    private static IEnumerable<(double Hits, double Misses)> Steps(double[] scores, bool[] positive)
    {
        var sorted = (double[])scores.Clone();
        var flags = (bool[])positive.Clone();
        Array.Sort(sorted, flags);
        for (var end = sorted.Length; end > 0;)
        {
            var (start, hits) = (end, 0);
            while (start > 0 && sorted[start - 1] == sorted[end - 1])
            {
                hits += flags[--start] ? 1 : 0;
            }

            yield return (hits, end - start - hits);
            end = start;
        }
    }
}
