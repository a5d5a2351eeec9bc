using System.Diagnostics;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Selection;

/// <summary>Measures learners on rows that they did not see.</summary>
public static class CrossValidation
{
    /// <summary>Fits features and learner on the training rows of each split, and measures on its test rows.</summary>
    /// <param name="learner">The learner and the features that it asks for.</param>
    /// <param name="table">All rows, without the label.</param>
    /// <param name="target">One a row.</param>
    /// <param name="splits">As <see cref="Splits"/> makes them.</param>
    /// <param name="metric">What is measured.</param>
    /// <param name="balanced">Whether classes count alike in training, however many rows they have.</param>
    /// <param name="parallelism">Folds at a time; 1 or more.</param>
    /// <param name="cancellationToken">Checked in every fold.</param>
    /// <returns>The scores in the order of the splits, whatever ran first.</returns>
    /// <exception cref="ArgumentException">There is no split, or one has no rows.</exception>
    public static CrossValidationResult Run(
        ILearner learner, Table table, Target target, IReadOnlyList<Split> splits, Metric metric, bool balanced = false,
        int parallelism = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(learner);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(splits);
        ArgumentNullException.ThrowIfNull(metric);
        if (splits.Count == 0 || splits.Any(static s => s.Train.Length == 0 || s.Test.Length == 0))
        {
            throw new ArgumentException("cross-validation: expected splits with rows in both parts.", nameof(splits));
        }

        var (scores, seconds) = (new double[splits.Count], new double[splits.Count]);
        var options =
            new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken };
        Parallel.For(0, splits.Count, options, i =>
        {
            var watch = Stopwatch.StartNew();
            var model = TabularFit.Fit(
                learner, table.Take(splits[i].Train), target.Take(splits[i].Train), balanced, cancellationToken);
            seconds[i] = watch.Elapsed.TotalSeconds;
            scores[i] = metric.Measure(model.Predict(table.Take(splits[i].Test)), target.Take(splits[i].Test));
        });
        return new CrossValidationResult(learner.Name, metric, scores, seconds.Average());
    }
}

/// <summary>The scores of a learner.</summary>
/// <param name="Learner">The learner's name.</param>
/// <param name="Metric">What was measured.</param>
/// <param name="Scores">One a split.</param>
/// <param name="FitSeconds">Mean time of fitting one split, features included.</param>
public sealed record CrossValidationResult(
    string Learner, Metric Metric, IReadOnlyList<double> Scores, double FitSeconds)
{
    /// <summary>The mean score.</summary>
    public double Mean => Scores.Average();

    /// <summary>The standard deviation of the scores over the root of their number. Training parts share rows, so that
    /// the true error is larger: compare two learners with <see cref="CorrectedTTest"/>.</summary>
    public double StandardError
    {
        get
        {
            var mean = Mean;
            return Math.Sqrt(Scores.Sum(s => (s - mean) * (s - mean)) / (Scores.Count - 1) / Scores.Count);
        }
    }
}
