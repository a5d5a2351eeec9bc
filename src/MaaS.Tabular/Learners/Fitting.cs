using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Learners;

/// <summary>What all learners check before they learn, and how they are called.</summary>
internal static class Fitting
{
    /// <summary>Learns, from what the features are made of too where the learner wants to know.</summary>
    /// <param name="learner">Any learner.</param>
    /// <param name="cardinalities">As an <see cref="IColumnLearner"/> takes them; null where they are not
    /// known.</param>
    /// <param name="features">(rows, features).</param>
    /// <param name="target">One a row.</param>
    /// <param name="weights">How much each row counts; null for 1 each.</param>
    /// <param name="cancellationToken">Handed on to the learner.</param>
    public static IFittedLearner Fit(
        ILearner learner, IReadOnlyList<int>? cardinalities, Matrix features, Target target, double[]? weights,
        CancellationToken cancellationToken)
        => cardinalities is not null && learner is IColumnLearner aware
            ? aware.Fit(cardinalities, features, target, weights, cancellationToken)
            : learner.Fit(features, target, weights, cancellationToken);

    /// <returns>The weights, 1 each where none are given.</returns>
    public static double[] Check(
        ILearner learner, Matrix features, Target target, double[]? weights, bool takesNaN = false)
    {
        ArgumentNullException.ThrowIfNull(features);
        ArgumentNullException.ThrowIfNull(target);
        if (!learner.Supports(target.Task))
        {
            throw new ArgumentException(
                $"{learner.Name}: expected a task that it supports, got {target.Task}.", nameof(target));
        }

        if (features.Rows == 0 || features.Rows != target.Count
            || (weights is not null && weights.Length != target.Count))
        {
            throw new ArgumentException(
                $"{learner.Name}: expected one or more rows of features, each with a label and a weight, got "
                    + $"{features.Rows} rows, "
                    + $"{target.Count} labels and {weights?.Length ?? target.Count} weights.", nameof(features));
        }

        for (var i = 0; i < features.Values.Length; i++)
        {
            if (double.IsInfinity(features.Values[i]) || (!takesNaN && double.IsNaN(features.Values[i])))
            {
                throw new ArgumentException(
                    $"{learner.Name}: expected finite features, got {features.Values[i]} in row "
                        + $"{i / features.Columns + 1}, feature "
                        + $"{i % features.Columns + 1}; impute missing values.", nameof(features));
            }
        }

        if (weights is not null && (weights.Any(static w => !(w >= 0)) || !(weights.Sum() > 0)))
        {
            throw new ArgumentException(
                $"{learner.Name}: expected weights of 0 or more, one above 0.", nameof(weights));
        }

        return weights ?? [.. Enumerable.Repeat(1d, target.Count)];
    }
}
