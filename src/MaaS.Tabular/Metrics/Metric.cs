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

    /// <summary>Refuses rows on which the measure is not defined, whatever is predicted: a mean that holds one such
    /// score ranks nothing.</summary>
    /// <param name="target">The labels that are measured on.</param>
    /// <param name="rows">What the rows are called.</param>
    /// <exception cref="InvalidDataException">It is not defined; the message names a class that lacks rows.</exception>
    internal void CheckDefined(Target target, string rows)
    {
        var any = new Matrix(target.Count, target.Outputs);
        any.Values.AsSpan().Fill(1d / target.Outputs);
        if (!double.IsFinite(Measure(any, target)))
        {
            var lacking = target.Task == TabularTask.Classification ? Array.IndexOf(target.ClassCounts(), 0) : -1;
            var why = lacking >= 0 ? $"no rows of class '{target.Classes[lacking]}'"
                : "labels that it is not defined of";
            throw new InvalidDataException(
                $"{Name}: {rows} hold {why}; take another metric, as log-loss or rmse, or fewer folds or groups.");
        }
    }
}
