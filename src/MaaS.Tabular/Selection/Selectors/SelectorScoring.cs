using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Selection.Selectors;

/// <summary>How a selector that trains learners measures them.</summary>
public sealed record SelectorScoring
{
    /// <summary>What is measured, of <see cref="TabularMetrics"/>; null for log loss or RMSE.</summary>
    public string? Metric { get; init; }

    /// <summary>Folds of the stratified splits of the training rows, 2 or more.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>Seed of the splits.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Other splits of so many rows; null for those above.</summary>
    public Func<Target, IReadOnlyList<Split>>? Splits { get; init; }

    internal IReadOnlyList<Split> SplitsOf(Target target) =>
        Splits?.Invoke(target) ?? Selection.Splits.Stratified(target, Folds, Seed);

    internal Metric MetricOf(Target target) => TabularMetrics.Find(
        Metric ?? (target.Task == TabularTask.Classification ? "log-loss" : "rmse"), target.Task);
}
