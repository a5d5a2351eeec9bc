using MaaS.Tabular.Learners;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Selection.Selectors;

/// <summary>Adds the feature that helps most, or leaves out the one that is missed least, one after another.</summary>
/// <param name="learner">Learns on every set of features that is tried.</param>
/// <remarks>scikit-learn's <c>SequentialFeatureSelector</c>. A step trains a learner for each feature and
/// fold.</remarks>
public sealed class SequentialSelector(ILearner learner) : IFeatureSelector
{
    /// <summary>Number of features that stay, 1 or more; all where there are fewer.</summary>
    public int Count { get; init; } = 10;

    /// <summary>Whether features are left out of all; otherwise they are added to none.</summary>
    public bool Backward { get; init; }

    /// <summary>How sets of features are compared.</summary>
    public SelectorScoring Scoring { get; init; } = new();

    /// <inheritdoc/>
    public string Name => Backward ? "sequential-backward" : "sequential";

    /// <inheritdoc/>
    public int[] Choose(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfLessThan(Count, 1);
        var (metric, splits) = (Scoring.MetricOf(target), Scoring.SplitsOf(target));
        var moved = new bool[features.Columns];    // Added, or left out.
        int[] Chosen() => [.. Enumerable.Range(0, moved.Length).Where(f => moved[f] != Backward)];
        var count = Math.Min(Count, features.Columns);
        for (var step = Backward ? features.Columns - count : count; step > 0; step--)
        {
            var (best, most) = (-1, double.NegativeInfinity);
            for (var f = 0; f < moved.Length; f++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (moved[f])
                {
                    continue;
                }

                moved[f] = true;
                var tried = features.TakeColumns(Chosen());
                moved[f] = false;
                var score = splits.Average(split => FeatureRanking.Score(
                    learner, tried, target, weights, split, metric, cancellationToken));
                if (best < 0 || score > most)
                {
                    (best, most) = (f, score);
                }
            }

            moved[best] = true;
        }

        return Chosen();
    }
}
