using MaaS.Tabular.Learners;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Selection;

/// <summary>Scores on training and test rows, by the number of rows or by an option.</summary>
public static class LearningCurves
{
    /// <summary>Learns from more and more of each split's training rows: where the test score still gets better, more
    /// rows help.</summary>
    /// <param name="learner">The learner.</param>
    /// <param name="table">All rows, without the label.</param>
    /// <param name="target">One a row.</param>
    /// <param name="splits">As <see cref="Splits"/> makes them.</param>
    /// <param name="metric">What is measured.</param>
    /// <param name="shares">Shares of the training rows, above 0 and at most 1; null for a tenth, a third, 0.55, 0.78
    /// and all, as scikit-learn's <c>learning_curve</c>.</param>
    /// <param name="seed">Seed of the order in which rows are taken; null takes the first.</param>
    /// <param name="cancellationToken">Checked in every fold.</param>
    /// <exception cref="ArgumentException">A share takes no row.</exception>
    public static IReadOnlyList<CurvePoint> ByRows(
        ILearner learner, Table table, Target target, IReadOnlyList<Split> splits, Metric metric,
        IReadOnlyList<double>? shares = null, int? seed = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(splits);
        shares ??= [0.1, 0.325, 0.55, 0.775, 1];
        int[][] orders = [.. splits.Select((split, i) => Ordered(split.Train, seed + i))];
        List<CurvePoint> points = [];
        foreach (var share in shares)
        {
            var count = (int)(share * orders[0].Length);
            if (count < 1 || share > 1)
            {
                throw new ArgumentException(
                    $"learning curve: expected shares that take 1 to {orders[0].Length} rows, got {share}.",
                    nameof(shares));
            }

            Split[] shortened =
                [.. splits.Select((s, i) => new Split(orders[i][..Math.Min(count, orders[i].Length)], s.Test))];
            points.Add(Point($"{count}", learner, table, target, shortened, metric, cancellationToken));
        }

        return points;
    }

    /// <summary>Learns with each of several options: where training and test scores part, the learner fits what is
    /// particular to the training rows.</summary>
    /// <param name="learners">The learners by the value of the option, in its order.</param>
    /// <inheritdoc cref="ByRows"/>
    public static IReadOnlyList<CurvePoint> ByOption(
        IReadOnlyDictionary<string, ILearner> learners, Table table, Target target, IReadOnlyList<Split> splits,
        Metric metric, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(learners);
        return [.. learners.Select(l => Point(l.Key, l.Value, table, target, splits, metric, cancellationToken))];
    }

    private static CurvePoint Point(
        string name, ILearner learner, Table table, Target target, IReadOnlyList<Split> splits, Metric metric,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(metric);
        List<double> train = [], test = [];
        foreach (var split in splits)
        {
            var (rows, y) = (table.Take(split.Train), target.Take(split.Train));
            var fit = TabularFit.Fit(learner, rows, y, cancellationToken: cancellationToken);
            train.Add(metric.Measure(fit.Predict(rows), y));
            test.Add(metric.Measure(fit.Predict(table.Take(split.Test)), target.Take(split.Test)));
        }

        return new CurvePoint(name, train, test);
    }

    private static int[] Ordered(int[] rows, int? seed)
    {
        if (seed is null)
        {
            return rows;
        }

        var order = (int[])rows.Clone();
        new Random(seed.Value).Shuffle(order);
        return order;
    }
}

/// <summary>A point of a curve.</summary>
/// <param name="Name">Number of rows, or the value of the option.</param>
/// <param name="Train">The score on the rows learned from, one a split.</param>
/// <param name="Test">The score on the other rows, one a split.</param>
public sealed record CurvePoint(string Name, IReadOnlyList<double> Train, IReadOnlyList<double> Test);
