namespace MaaS.Training.Reports;

/// <summary>What a regression said of samples that it had not seen, and their true values.</summary>
public sealed class RegressedSamples
{
    /// <summary>Keeps the answers.</summary>
    /// <param name="name">Who gave them.</param>
    /// <param name="predicted">(N), finite.</param>
    /// <param name="actual">(N), finite.</param>
    /// <exception cref="ArgumentException">The lengths differ, there are none, or a value is not finite.</exception>
    public RegressedSamples(string name, IReadOnlyList<double> predicted, IReadOnlyList<double> actual)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(actual);
        if (predicted.Count != actual.Count || predicted.Count == 0
            || !predicted.Concat(actual).All(double.IsFinite))
        {
            throw new ArgumentException(
                $"RegressedSamples: expected as many finite predictions as true values, got {predicted.Count} and "
                    + $"{actual.Count}, {predicted.Concat(actual).Count(static v => !double.IsFinite(v))} of them not "
                    + "finite.", nameof(predicted));
        }

        (Name, Predicted, Actual) = (name, predicted, actual);
        double[] residuals = [.. predicted.Zip(actual, static (p, a) => a - p)];
        var mean = actual.Average();
        var (left, all) = (residuals.Sum(static r => r * r), actual.Sum(a => (a - mean) * (a - mean)));
        MeanAbsoluteError = residuals.Average(Math.Abs);
        RootMeanSquaredError = Math.Sqrt(left / residuals.Length);
        RSquared = all > 0 ? 1 - (left / all) : double.NaN;
    }

    /// <summary>Who gave the answers.</summary>
    public string Name { get; }

    /// <summary>(N).</summary>
    public IReadOnlyList<double> Predicted { get; }

    /// <summary>(N).</summary>
    public IReadOnlyList<double> Actual { get; }

    /// <summary>Mean distance of prediction and truth, 0 or more.</summary>
    public double MeanAbsoluteError { get; }

    /// <summary>Root of the mean squared distance, 0 or more.</summary>
    public double RootMeanSquaredError { get; }

    /// <summary>Share of the true values' variance that the predictions explain, at most 1; NaN where the true values
    /// are all equal.</summary>
    public double RSquared { get; }
}
