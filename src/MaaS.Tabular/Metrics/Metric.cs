using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Metrics;

/// <summary>A measure of predictions beside what was true.</summary>
/// <param name="Name">As <c>roc-auc</c>.</param>
/// <param name="Task">What it measures.</param>
/// <param name="HigherIsBetter">Which way is better.</param>
/// <param name="Compute">The measure of predictions (rows, outputs) and their target.</param>
public sealed record Metric(string Name, TabularTask Task, bool HigherIsBetter, Func<Matrix, Target, double> Compute)
{
    /// <summary>The measure, after checking that the sizes fit.</summary>
    /// <param name="predictions">(rows, classes) probabilities, or (rows, 1) numbers.</param>
    /// <param name="target">One a row.</param>
    /// <returns>NaN where the measure is not defined, as ROC AUC of one class alone.</returns>
    /// <exception cref="ArgumentException">The sizes differ, the task is another, or a prediction is not a
    /// number.</exception>
    public double Measure(Matrix predictions, Target target)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentNullException.ThrowIfNull(target);
        if (target.Task != Task || predictions.Rows != target.Count || predictions.Columns != target.Outputs
            || target.Count == 0)
        {
            throw new ArgumentException(
                $"{Name}: expected predictions (rows, outputs) for {Task}, got ({predictions.Rows}, "
                    + $"{predictions.Columns}) for "
                    + $"{target.Count} rows of {target.Task} with {target.Outputs} outputs.", nameof(predictions));
        }

        return Array.FindIndex(predictions.Values, static v => !double.IsFinite(v)) is >= 0 and var i
            ? throw new ArgumentException(
                $"{Name}: expected finite predictions, got {predictions.Values[i]} in row "
                    + $"{i / predictions.Columns + 1}.",
                nameof(predictions))
            : Compute(predictions, target);
    }
}
