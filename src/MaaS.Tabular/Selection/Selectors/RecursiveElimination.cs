using MaaS.Tabular.Learners;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Selection.Selectors;

/// <summary>Leaves out the feature that counts least, again and again; cross-validation says how many stay.</summary>
/// <param name="learner">A learner whose models say how much features count
/// (<see cref="IFeatureImportances"/>).</param>
/// <remarks>Guyon et al. 2002; scikit-learn's <c>RFECV</c>.</remarks>
public sealed class RecursiveElimination(ILearner learner) : IFeatureSelector
{
    /// <summary>Features that go in a step, 1 or more.</summary>
    public int Step { get; init; } = 1;

    /// <summary>Fewest features that stay, 1 or more.</summary>
    public int Least { get; init; } = 1;

    /// <summary>How numbers of features are compared.</summary>
    public SelectorScoring Scoring { get; init; } = new();

    /// <inheritdoc/>
    public string Name => "rfecv";

    /// <inheritdoc/>
    public int[] Choose(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfLessThan(Step, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Least, 1);
        var metric = Scoring.MetricOf(target);
        List<double> sums = [];
        foreach (var split in Scoring.SplitsOf(target))
        {
            var at = 0;
            Eliminate(features, target, weights, split.Train, Least, (fitted, left) =>
            {
                if (at == sums.Count)
                {
                    sums.Add(0);
                }

                sums[at++] += FeatureRanking.Score(fitted, features.TakeColumns(left), target, split.Test, metric);
            }, cancellationToken);
        }

        // Of equally good numbers the smallest.
        var best = sums.LastIndexOf(sums.Max());
        var count = Math.Max(features.Columns - best * Step, Least);
        int[] all = [.. Enumerable.Range(0, features.Rows)];
        return Eliminate(features, target, weights, all, count, null, cancellationToken);
    }

    private int[] Eliminate(
        Matrix features, Target target, double[]? weights, int[] rows, int count,
        Action<IFittedLearner, int[]>? report, CancellationToken cancellationToken)
    {
        int[] left = [.. Enumerable.Range(0, features.Columns)];
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (left.Length <= count && report is null)
            {
                return left;
            }

            var fitted = FeatureRanking.Fit(
                learner, features.TakeColumns(left), target, weights, rows, cancellationToken);
            report?.Invoke(fitted, left);
            if (left.Length <= count)
            {
                return left;
            }

            var importances = FeatureRanking.Importances(fitted, left.Length);
            var gone = Enumerable.Range(0, left.Length).OrderBy(i => importances[i])
                .Take(Math.Min(Step, left.Length - count)).ToHashSet();
            left = [.. left.Where((_, i) => !gone.Contains(i))];
        }
    }
}
