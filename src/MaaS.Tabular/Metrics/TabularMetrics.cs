using System.Collections.Frozen;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Metrics;

/// <summary>The measures by name, equal to scikit-learn's; <c>ece</c>, the expected calibration error of fifteen bins
/// (Guo et al. 2017), it does not have.</summary>
public static class TabularMetrics
{
    private static readonly Metric[] All =
    [
        Of("accuracy", true, ClassMetrics.Accuracy),
        Of("balanced-accuracy", true, ClassMetrics.BalancedAccuracy),
        Of("f1-macro", true, ClassMetrics.F1Macro),
        Of("mcc", true, ClassMetrics.MatthewsCorrelation),
        Of("kappa", true, ClassMetrics.CohenKappa),
        Of("log-loss", false, ProbabilityMetrics.LogLoss),
        Of("brier", false, ProbabilityMetrics.Brier),
        Of("ece", false, ProbabilityMetrics.CalibrationError),
        Of("roc-auc", true, ProbabilityMetrics.RocAuc),
        Of("pr-auc", true, ProbabilityMetrics.AveragePrecision),
        OfNumbers("rmse", false, NumberMetrics.RootMeanSquaredError),
        OfNumbers("mae", false, NumberMetrics.MeanAbsoluteError),
        OfNumbers("mape", false, NumberMetrics.MeanAbsolutePercentageError),
        OfNumbers("r2", true, NumberMetrics.R2),
        OfNumbers("explained-variance", true, NumberMetrics.ExplainedVariance),
        OfNumbers("median-absolute-error", false, NumberMetrics.MedianAbsoluteError),
        OfNumbers("max-error", false, NumberMetrics.MaxError),
        Pinball(0.5),
    ];

    /// <summary>By name.</summary>
    public static FrozenDictionary<string, Metric> ByName { get; } = All.ToFrozenDictionary(static m => m.Name);

    /// <summary>The names of a task's measures.</summary>
    public static IEnumerable<string> Names(TabularTask task) =>
        All.Where(m => m.Task == task).Select(static m => m.Name);

    /// <summary>The measure of that name.</summary>
    /// <exception cref="ArgumentException">There is none for the task; the message lists those that are
    /// there.</exception>
    public static Metric Find(string name, TabularTask task)
        => ByName.TryGetValue(name, out var metric) && metric.Task == task
            ? metric
            : throw new ArgumentException(
                $"metric: expected one of {string.Join(", ", Names(task))} for {task}, got '{name}'.", nameof(name));

    /// <summary>The pinball loss of a quantile.</summary>
    /// <param name="quantile">Above 0 and below 1.</param>
    public static Metric Pinball(double quantile)
        => quantile is > 0 and < 1
            ? OfNumbers(
                quantile == 0.5 ? "pinball" : $"pinball-{quantile}", false, (p, y) =>
                    NumberMetrics.Pinball(p, y, quantile))
            : throw new ArgumentOutOfRangeException(
                nameof(quantile), quantile, "Expected a quantile above 0 and below 1.");

    private static Metric Of(string name, bool higherIsBetter, Func<Matrix, Target, double> compute)
        => new(name, TabularTask.Classification, higherIsBetter, compute);

    private static Metric OfNumbers(string name, bool higherIsBetter, Func<double[], double[], double> compute)
        => new(name, TabularTask.Regression, higherIsBetter, (p, y) => compute(p.Values, y.Values));
}
