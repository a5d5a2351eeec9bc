using MathNet.Numerics.Distributions;

namespace MaaS.Tabular.Selection;

/// <summary>Whether one learner is better than another on the same splits, with the variance corrected for training
/// parts that share rows.</summary>
/// <remarks>Nadeau and Bengio, Inference for the Generalization Error, Machine Learning 52, 2003.</remarks>
/// <param name="Difference">Mean of first minus second.</param>
/// <param name="T">Difference over its corrected standard error; infinite where all differences are equal.</param>
/// <param name="P">Probability of such a difference, in either direction, if there were none.</param>
public sealed record CorrectedTTest(double Difference, double T, double P)
{
    /// <summary>Compares the scores of two learners.</summary>
    /// <param name="first">One a split.</param>
    /// <param name="second">One a split, in the same order.</param>
    /// <param name="splits">The splits.</param>
    /// <exception cref="ArgumentException">The numbers differ, or there are fewer than two splits.</exception>
    public static CorrectedTTest Compare(
        IReadOnlyList<double> first, IReadOnlyList<double> second, IReadOnlyList<Split> splits)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(splits);
        if (splits.Count < 2 || first.Count != splits.Count || second.Count != splits.Count)
        {
            throw new ArgumentException(
                $"t-test: expected two or more splits and a score of each learner for each, got {splits.Count} splits, "
                    + $"{first.Count} and {second.Count} scores.", nameof(splits));
        }

        double[] differences = [.. first.Zip(second, static (a, b) => a - b)];
        var mean = differences.Average();
        var variance = differences.Sum(d => (d - mean) * (d - mean)) / (differences.Length - 1);
        var ratio = splits.Average(static s => (double)s.Test.Length / s.Train.Length);
        var error = Math.Sqrt((1d / differences.Length + ratio) * variance);
        if (error == 0)
        {
            return new CorrectedTTest(
                mean, mean == 0 ? 0 : double.CopySign(double.PositiveInfinity, mean), mean == 0 ? 1 : 0);
        }

        var t = mean / error;
        return new CorrectedTTest(mean, t, 2 * StudentT.CDF(0, 1, differences.Length - 1, -Math.Abs(t)));
    }

    /// <summary>Between what bounds the mean score lies, with the same correction.</summary>
    /// <param name="scores">One a split.</param>
    /// <param name="splits">The splits.</param>
    /// <param name="level">Above 0 and below 1.</param>
    /// <exception cref="ArgumentException">The numbers differ, or there are fewer than two splits.</exception>
    public static (double Low, double High) Interval(
        IReadOnlyList<double> scores, IReadOnlyList<Split> splits, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(scores);
        ArgumentNullException.ThrowIfNull(splits);
        if (splits.Count < 2 || scores.Count != splits.Count || !(level is > 0 and < 1))
        {
            throw new ArgumentException(
                $"interval: expected two or more splits with a score each and a level above 0 and below 1, got "
                    + $"{splits.Count}, {scores.Count} and {level}.", nameof(splits));
        }

        var mean = scores.Average();
        var variance = scores.Sum(s => (s - mean) * (s - mean)) / (scores.Count - 1);
        var ratio = splits.Average(static s => (double)s.Test.Length / s.Train.Length);
        var half = StudentT.InvCDF(0, 1, scores.Count - 1, (1 + level) / 2)
            * Math.Sqrt((1d / scores.Count + ratio) * variance);
        return (mean - half, mean + half);
    }
}
