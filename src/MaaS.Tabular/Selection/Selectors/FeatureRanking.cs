using MaaS.Tabular.Learners;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Selection.Selectors;

/// <summary>What selectors share: importances, the best of scores, and scores of a learner on features.</summary>
internal static class FeatureRanking
{
    /// <summary>The importances of a fitted learner.</summary>
    public static double[] Importances(IFittedLearner fitted, int features) => fitted is IFeatureImportances known
        ? known.Importances(features)
        : throw new ArgumentException(
            $"selection: expected a learner whose model implements {nameof(IFeatureImportances)} (linear ones, trees, "
                + $"forests, boosting), got {fitted.GetType().Name}.", nameof(fitted));

    /// <summary>The places of the highest scores in ascending order; of equal ones the later, as scikit-learn; NaN is
    /// the lowest.</summary>
    public static int[] Best(double[] scores, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int[] order =
        [
            .. Enumerable.Range(0, scores.Length)
                .OrderByDescending(i => double.IsNaN(scores[i]) ? double.NegativeInfinity : scores[i])
                .ThenByDescending(static i => i),
        ];
        int[] best = order[..Math.Min(count, scores.Length)];
        Array.Sort(best);
        return best;
    }

    /// <summary>The places where a condition holds.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static int[] Where(int features, Predicate<int> stays, string selector, string mend)
    {
        int[] chosen = [.. Enumerable.Range(0, features).Where(f => stays(f))];
        return chosen.Length > 0 ? chosen : throw new ArgumentException(
            $"{selector}: expected a feature that stays, none of {features} does; {mend}.", nameof(features));
    }

    /// <summary>The score of a learner on some features in a split, higher is better.</summary>
    public static double Score(
        ILearner learner, Matrix features, Target target, double[]? weights, Split split, Metric metric,
        CancellationToken cancellationToken)
    {
        var fitted = Fit(learner, features, target, weights, split.Train, cancellationToken);
        return Score(fitted, features, target, split.Test, metric);
    }

    /// <summary>A learner on some rows.</summary>
    public static IFittedLearner Fit(
        ILearner learner, Matrix features, Target target, double[]? weights, int[] rows,
        CancellationToken cancellationToken) => learner.Fit(
            features.Take(rows), target.Take(rows), weights is null ? null : Array.ConvertAll(rows, r => weights[r]),
            cancellationToken);

    /// <summary>The score of a fitted learner on some rows, higher is better.</summary>
    public static double Score(IFittedLearner fitted, Matrix features, Target target, int[] rows, Metric metric)
    {
        var score = metric.Measure(fitted.Predict(features.Take(rows)), target.Take(rows));
        return metric.HigherIsBetter ? score : -score;
    }
}
