using MaaS.Tabular.Features;
using MaaS.Tabular.Metrics;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Selection;

/// <summary>Between what bounds a measure lies, by drawing rows with replacement.</summary>
/// <param name="Value">The measure of all rows.</param>
/// <param name="Low">The lower bound.</param>
/// <param name="High">The upper bound.</param>
/// <param name="Level">Share of the draws that lie between the bounds.</param>
/// <remarks>Efron and Tibshirani 1993, the percentile method. It holds for one fitted model and other rows, not for
/// models fitted anew.</remarks>
public sealed record BootstrapInterval(double Value, double Low, double High, double Level)
{
    /// <summary>The interval of a measure.</summary>
    /// <param name="predictions">(rows, outputs).</param>
    /// <param name="target">One a row.</param>
    /// <param name="metric">What is measured. Draws in which it is not defined do not count.</param>
    /// <param name="level">Above 0 and below 1.</param>
    /// <param name="draws">Number of draws, 10 or more.</param>
    /// <param name="seed">Seed of the draws.</param>
    public static BootstrapInterval Of(
        Matrix predictions, Target target, Metric metric, double level = 0.95, int draws = 1000, int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(predictions);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(metric);
        return Of(
            metric.Measure(predictions, target), target.Count, level, draws, seed,
            rows => metric.Measure(predictions.Take(rows), target.Take(rows)));
    }

    /// <summary>The interval of how much the measure of the first predictions is above that of the second, on the same
    /// draws: bounds of one sign say that the two differ.</summary>
    /// <inheritdoc cref="Of(Matrix, Target, Metric, double, int, int)"/>
    /// <param name="first">(rows, outputs).</param>
    /// <param name="second">(rows, outputs).</param>
    public static BootstrapInterval OfDifference(
        Matrix first, Matrix second, Target target, Metric metric, double level = 0.95, int draws = 1000,
        int seed = 1)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(metric);
        return Of(
            metric.Measure(first, target) - metric.Measure(second, target), target.Count, level, draws, seed, rows =>
            {
                var drawn = target.Take(rows);
                return metric.Measure(first.Take(rows), drawn) - metric.Measure(second.Take(rows), drawn);
            });
    }

    private static BootstrapInterval Of(
        double value, int count, double level, int draws, int seed, Func<int[], double> measure)
    {
        if (!(level is > 0 and < 1) || draws < 10)
        {
            throw new ArgumentException(
                $"bootstrap: expected a level above 0 and below 1 and 10 or more draws, got {level} and {draws}.",
                nameof(level));
        }

        var random = new Random(seed);
        List<double> values = [];
        var rows = new int[count];
        for (var draw = 0; draw < draws; draw++)
        {
            for (var i = 0; i < count; i++)
            {
                rows[i] = random.Next(count);
            }

            values.Add(measure(rows));
        }

        var sorted = Quantiles.Sorted([.. values]);
        return sorted.Length == 0
            ? new BootstrapInterval(value, double.NaN, double.NaN, level)
            : new BootstrapInterval(
                value, Quantiles.At(sorted, (1 - level) / 2), Quantiles.At(sorted, (1 + level) / 2), level);
    }
}
