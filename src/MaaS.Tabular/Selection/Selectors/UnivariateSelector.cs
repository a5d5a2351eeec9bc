using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Selection.Selectors;

/// <summary>The features that alone say most of the target.</summary>
/// <remarks>scikit-learn's <c>SelectKBest</c>.</remarks>
public sealed class UnivariateSelector : IFeatureSelector
{
    /// <summary>What is compared.</summary>
    public UnivariateScore Score { get; init; } = UnivariateScore.MutualInformation;

    /// <summary>Number of features that stay, 1 or more; all where there are fewer.</summary>
    public int Count { get; init; } = 10;

    /// <summary>Neighbours of mutual information, 1 or more.</summary>
    public int Neighbors { get; init; } = 3;

    /// <summary>Seed of the little noise by which mutual information tells equal numbers apart: scikit-learn's
    /// <c>random_state</c>, whose noise it is.</summary>
    public int Seed { get; init; } = 1;

    /// <inheritdoc/>
    public string Name => Score switch
    {
        UnivariateScore.Correlation => "correlation",
        UnivariateScore.ChiSquared => "chi2",
        UnivariateScore.AnovaF => "anova-f",
        _ => "mutual-information",
    };

    /// <inheritdoc/>
    public int[] Choose(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
        => FeatureRanking.Best(Scores(features, target, cancellationToken), Count);

    /// <summary>The score of each feature; NaN for a constant one where it is not defined.</summary>
    /// <param name="features">(rows, features), finite.</param>
    /// <param name="target">One a row.</param>
    /// <param name="cancellationToken">Checked before each feature.</param>
    /// <exception cref="ArgumentException">The score does not fit the task, or a feature is negative for
    /// χ².</exception>
    public double[] Scores(Matrix features, Target target, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(target);
        var needed = Score switch
        {
            UnivariateScore.Correlation => TabularTask.Regression,
            UnivariateScore.ChiSquared => TabularTask.Classification,
            _ => target.Task,
        };
        if (target.Task != needed || features.Rows != target.Count)
        {
            throw new ArgumentException(
                $"{Name}: expected a target of {needed} and a label for each of {features.Rows} rows, got "
                    + $"{target.Task} and {target.Count} labels.", nameof(target));
        }

        if (Score == UnivariateScore.MutualInformation)
        {
            return MutualInformation.Estimate(features, target, Neighbors, Seed, cancellationToken);
        }

        var scores = new double[features.Columns];
        for (var f = 0; f < scores.Length; f++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var values = features.Column(f);
            scores[f] = Score switch
            {
                UnivariateScore.Correlation => Math.Abs(UnivariateStatistics.Correlation(values, target.Values)),
                UnivariateScore.ChiSquared => UnivariateStatistics.ChiSquared(values, target, f),
                UnivariateScore.AnovaF when target.Task == TabularTask.Classification
                    => UnivariateStatistics.AnovaF(values, target),
                _ => UnivariateStatistics.RegressionF(values, target.Values),
            };
        }

        return scores;
    }
}
