using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Selection.Selectors;

/// <summary>The features to which a linear or logistic regression with an L1 penalty gives a weight.</summary>
/// <remarks>scikit-learn's <c>SelectFromModel</c> of <c>LogisticRegression(penalty="l1")</c> or
/// <c>Lasso</c>.</remarks>
public sealed class L1Selector : IFeatureSelector
{
    private const double LeastWeight = 1e-5;

    /// <summary>Strength of the penalty, above 0: the <c>L1</c> of <see cref="LogisticRegression"/>; of numbers the
    /// <c>L1</c> of <see cref="LinearRegression"/> for each row, scikit-learn's alpha.</summary>
    public double L1 { get; init; } = 1;

    /// <inheritdoc/>
    public string Name => "l1";

    /// <inheritdoc/>
    public int[] Choose(
        Matrix features, Target target, double[]? weights = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(L1);
        var model = target.Task == TabularTask.Classification
            ? new LogisticRegression { L1 = L1, L2 = 0 }.Fit(features, target, weights, cancellationToken)
            : new LinearRegression { L1 = L1 * (weights?.Sum() ?? features.Rows), L2 = 0 }
                .Fit(features, target, weights, cancellationToken);
        var learned = ((LinearModel)model).Weights;
        return FeatureRanking.Where(
            features.Columns, f => learned.Column(f).Sum(Math.Abs) >= LeastWeight, Name, "lower L1");
    }
}
