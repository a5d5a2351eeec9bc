using System.Diagnostics;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Selection;

/// <summary>Measures learners on rows that they did not see.</summary>
public static class CrossValidation
{
    private const int MostRowsOfLatency = 20;

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
    /// <exception cref="InvalidDataException">The metric is not defined on the test rows of a split, as ROC AUC without
    /// rows of a class.</exception>
    public static CrossValidationResult Run(
        ILearner learner, Table table, Target target, IReadOnlyList<Split> splits, Metric metric, bool balanced = false,
        int parallelism = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(learner);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(splits);
        ArgumentNullException.ThrowIfNull(metric);
        if (splits.Count == 0 || splits.Any(static s => s.Train.Length == 0 || s.Test.Length == 0))
        {
            throw new ArgumentException("cross-validation: expected splits with rows in both parts.", nameof(splits));
        }

        for (var i = 0; i < splits.Count; i++)
        {
            metric.CheckDefined(target.Take(splits[i].Test), $"split {i + 1} of {splits.Count}: the test rows");
        }

        var (scores, seconds) = (new double[splits.Count], new double[splits.Count]);
        var (predictions, latency) = (new Matrix[splits.Count], 0d);
        ParallelLoop.For(
            splits.Count,
            i =>
            {
                var fold = Fold(
                    learner, table, target, splits[i], metric, balanced, withLatency: i == 0, cancellationToken);
                (scores[i], seconds[i], predictions[i]) = (fold.Score, fold.Seconds, fold.Predictions);
                latency = i == 0 ? fold.RowSeconds : latency;
            },
            parallelism, cancellationToken);
        return new CrossValidationResult(learner.Name, metric, scores, seconds.Average())
        {
            Predictions = predictions,
            RowSeconds = latency,
        };
    }

    internal static FoldResult Fold(
        ILearner learner, Table table, Target target, Split split, Metric metric, bool balanced, bool withLatency,
        CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var model = TabularFit.Fit(
            learner, table.Take(split.Train), target.Take(split.Train), balanced, cancellationToken);
        var seconds = watch.Elapsed.TotalSeconds;
        var predictions = model.Predict(table.Take(split.Test));
        return new FoldResult(
            metric.Measure(predictions, target.Take(split.Test)), seconds, predictions,
            withLatency ? Latency(model, table, split.Test) : 0);
    }

    // The median time of a row alone, after some that compile.
    private static double Latency(TabularFit model, Table table, int[] rows)
    {
        List<double> seconds = [];
        foreach (var row in rows.Take(MostRowsOfLatency))
        {
            var one = table.Take([row]);
            var watch = Stopwatch.StartNew();
            model.Predict(one);
            seconds.Add(watch.Elapsed.TotalSeconds);
        }

        seconds.Sort();
        return seconds[seconds.Count / 2];
    }
}

/// <summary>One split of a learner.</summary>
internal sealed record FoldResult(double Score, double Seconds, Matrix Predictions, double RowSeconds);

/// <summary>The scores of a learner.</summary>
/// <param name="Learner">The learner's name.</param>
/// <param name="Metric">What was measured.</param>
/// <param name="Scores">One a split.</param>
/// <param name="FitSeconds">Mean time of fitting one split, features included.</param>
public sealed record CrossValidationResult(
    string Learner, Metric Metric, IReadOnlyList<double> Scores, double FitSeconds)
{
    /// <summary>The predictions of each split's test rows, (rows, outputs).</summary>
    public IReadOnlyList<Matrix> Predictions { get; init; } = [];

    /// <summary>The median time of predicting one row, features included.</summary>
    public double RowSeconds { get; init; }

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
