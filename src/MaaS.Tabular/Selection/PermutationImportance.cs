using MaaS.Tabular.Learners;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;
using MaaS.Tabular.Tables;

namespace MaaS.Tabular.Selection;

/// <summary>How much worse a measure gets when the values of one feature or column change places between
/// rows.</summary>
/// <param name="Name">The feature or column; its place where it has no name.</param>
/// <param name="Mean">Mean loss over the repeats; positive where the feature is of use.</param>
/// <param name="Deviation">Standard deviation over the repeats, of the population.</param>
/// <remarks>Breiman 2001; scikit-learn's <c>permutation_importance</c>.</remarks>
public sealed record PermutationImportance(string Name, double Mean, double Deviation)
{
    /// <summary>Permutes each feature of a fitted learner.</summary>
    /// <param name="learner">Is asked anew for every permutation.</param>
    /// <param name="features">(rows, features) that it did not learn from.</param>
    /// <param name="target">One a row.</param>
    /// <param name="metric">What gets worse.</param>
    /// <param name="repeats">Permutations of a feature, 1 or more.</param>
    /// <param name="seed">Seed of the permutations.</param>
    /// <param name="cancellationToken">Checked before each permutation.</param>
    /// <returns>One a feature.</returns>
    public static IReadOnlyList<PermutationImportance> Measure(
        IFittedLearner learner, Matrix features, Target target, Metric metric, int repeats = 5, int seed = 1,
        CancellationToken cancellationToken = default)
        => Measure(
            learner, features, target, metric, repeats, Permutations(features?.Rows ?? 0, seed), cancellationToken);

    /// <summary>Permutes each column of a table before features are made of it.</summary>
    /// <param name="fit">Features and learner.</param>
    /// <param name="table">Rows that it did not learn from.</param>
    /// <param name="target">One a row.</param>
    /// <param name="metric">What gets worse.</param>
    /// <param name="repeats">Permutations of a column, 1 or more.</param>
    /// <param name="seed">Seed of the permutations.</param>
    /// <param name="cancellationToken">Checked before each permutation.</param>
    /// <returns>One a column that the features are made of.</returns>
    public static IReadOnlyList<PermutationImportance> Measure(
        ITabularPredictor fit, Table table, Target target, Metric metric, int repeats = 5, int seed = 1,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 1);
        var before = metric.Measure(fit.Predict(table), target);
        var permutation = Permutations(table.Rows, seed);
        return
        [
            .. fit.Schema.Columns.Select((column, c) => Of(
                column.Name, metric, before, repeats,
                i => metric.Measure(
                    fit.Predict(table.With(table[column.Name].Take(permutation(c, i)))), target),
                cancellationToken)),
        ];
    }

    internal static IReadOnlyList<PermutationImportance> Measure(
        IFittedLearner learner, Matrix features, Target target, Metric metric, int repeats,
        Func<int, int, int[]> permutation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(learner);
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(metric);
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 1);
        var before = metric.Measure(learner.Predict(features), target);
        var changed = new Matrix(features.Rows, features.Columns, (double[])features.Values.Clone());
        List<PermutationImportance> importances = [];
        for (var f = 0; f < features.Columns; f++)
        {
            var column = features.Column(f);
            importances.Add(Of($"{f}", metric, before, repeats, i =>
            {
                var order = permutation(f, i);
                for (var row = 0; row < column.Length; row++)
                {
                    changed[row, f] = column[order[row]];
                }

                return metric.Measure(learner.Predict(changed), target);
            }, cancellationToken));
            for (var row = 0; row < column.Length; row++)
            {
                changed[row, f] = column[row];
            }
        }

        return importances;
    }

    private static PermutationImportance Of(
        string name, Metric metric, double before, int repeats, Func<int, double> after,
        CancellationToken cancellationToken)
    {
        var losses = new double[repeats];
        for (var i = 0; i < repeats; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            losses[i] = metric.HigherIsBetter ? before - after(i) : after(i) - before;
        }

        var mean = losses.Average();
        return new PermutationImportance(name, mean, Math.Sqrt(losses.Average(l => (l - mean) * (l - mean))));
    }

    private static Func<int, int, int[]> Permutations(int rows, int seed) => (feature, repeat) =>
    {
        int[] order = [.. Enumerable.Range(0, rows)];
        new Random(HashCode(seed, feature, repeat)).Shuffle(order);
        return order;
    };

    // Not System.HashCode, which differs from process to process.
    private static int HashCode(int seed, int feature, int repeat) =>
        unchecked((seed * 1_000_003 + feature) * 1_000_003 + repeat);
}
