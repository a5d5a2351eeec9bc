using MaaS.Tabular.Learners;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Selection;

/// <summary>What choosing the best of several learners is worth: the choice is made by cross-validation within the
/// training rows of each outer split, and measured on its test rows.</summary>
public static class NestedCrossValidation
{
    /// <summary>Chooses and measures in each outer split.</summary>
    /// <param name="candidates">The learners by name.</param>
    /// <param name="table">All rows, without the label.</param>
    /// <param name="target">One a row.</param>
    /// <param name="splits">The outer splits.</param>
    /// <param name="inner">The splits of an outer split's training rows, of their indices in it.</param>
    /// <param name="metric">What chooses and is measured.</param>
    /// <param name="balanced">Whether classes count alike in training.</param>
    /// <param name="parallelism">Inner folds at a time; 1 or more.</param>
    /// <param name="cancellationToken">Checked in every fold.</param>
    /// <exception cref="ArgumentException">There is no candidate or no split.</exception>
    public static NestedResult Run(
        IReadOnlyDictionary<string, ILearner> candidates, Table table, Target target, IReadOnlyList<Split> splits,
        Func<Target, IReadOnlyList<Split>> inner, Metric metric, bool balanced = false, int parallelism = 1,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(splits);
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(metric);
        if (candidates.Count == 0 || splits.Count == 0)
        {
            throw new ArgumentException(
                $"nested cross-validation: expected candidates and splits, got {candidates.Count} and {splits.Count}.",
                nameof(candidates));
        }

        for (var i = 0; i < splits.Count; i++)
        {
            metric.CheckDefined(target.Take(splits[i].Test), $"split {i + 1} of {splits.Count}: the test rows");
        }

        List<string> chosen = [];
        List<double> scores = [];
        foreach (var split in splits)
        {
            var (train, y) = (table.Take(split.Train), target.Take(split.Train));
            var within = inner(y);
            var best = candidates
                .Select(c => (c.Key, c.Value, CrossValidation.Run(
                    c.Value, train, y, within, metric, balanced, parallelism, cancellationToken).Mean))
                .MaxBy(c => metric.HigherIsBetter ? c.Mean : -c.Mean);
            var fit = TabularFit.Fit(best.Value, train, y, balanced, cancellationToken);
            chosen.Add(best.Key);
            scores.Add(metric.Measure(fit.Predict(table.Take(split.Test)), target.Take(split.Test)));
        }

        return new NestedResult(metric, chosen, scores);
    }
}

/// <summary>What was chosen in each outer split, and its score on rows that the choice did not see.</summary>
/// <param name="Metric">What was measured.</param>
/// <param name="Chosen">The candidate of each split.</param>
/// <param name="Scores">One a split.</param>
public sealed record NestedResult(Metric Metric, IReadOnlyList<string> Chosen, IReadOnlyList<double> Scores)
{
    /// <summary>The mean score.</summary>
    public double Mean => Scores.Average();
}
