using MaaS.Tabular.Learners;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Selection.Selectors;

/// <summary>The features without whose order a learner gets worse on rows that it did not see.</summary>
/// <param name="learner">Learns on the training rows of each fold.</param>
public sealed class PermutationSelector(ILearner learner) : IFeatureSelector
{
    /// <summary>Most features that stay, 1 or more; null for all above the threshold.</summary>
    public int? Count { get; init; }

    /// <summary>The mean loss of score that does not suffice.</summary>
    public double Threshold { get; init; }

    /// <summary>How often each feature is permuted in a fold, 1 or more.</summary>
    public int Repeats { get; init; } = 5;

    /// <summary>How the loss is measured; its seed draws the permutations as well.</summary>
    public SelectorScoring Scoring { get; init; } = new();

    /// <inheritdoc/>
    public string Name => "permutation";

    /// <inheritdoc/>
    public int[] Choose(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(target);
        var metric = Scoring.MetricOf(target);
        var losses = new double[features.Columns];
        foreach (var split in Scoring.SplitsOf(target))
        {
            var fitted = FeatureRanking.Fit(learner, features, target, weights, split.Train, cancellationToken);
            var importances = PermutationImportance.Measure(
                fitted, features.Take(split.Test), target.Take(split.Test), metric, Repeats, Scoring.Seed,
                cancellationToken);
            for (var f = 0; f < losses.Length; f++)
            {
                losses[f] += importances[f].Mean;
            }
        }

        var stays = FeatureRanking.Where(
            features.Columns, f => losses[f] > Threshold * Scoring.SplitsOf(target).Count, Name, "lower the threshold");
        return Count is { } count
            ? [.. stays.OrderByDescending(f => losses[f]).Take(count).Order()]
            : stays;
    }
}
