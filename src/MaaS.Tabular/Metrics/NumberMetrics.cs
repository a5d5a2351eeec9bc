namespace MaaS.Tabular.Metrics;

/// <summary>Measures of predicted numbers.</summary>
internal static class NumberMetrics
{
    public static double RootMeanSquaredError(double[] predicted, double[] actual)
        => Math.Sqrt(Mean(predicted, actual, static (p, y) => (p - y) * (p - y)));

    public static double MeanAbsoluteError(double[] predicted, double[] actual)
        => Mean(predicted, actual, static (p, y) => Math.Abs(p - y));

    // scikit-learn divides by at least float64's epsilon.
    public static double MeanAbsolutePercentageError(double[] predicted, double[] actual)
        => Mean(predicted, actual, static (p, y) => Math.Abs(p - y) / Math.Max(Math.Abs(y), 2.220446049250313e-16));

    public static double R2(double[] predicted, double[] actual)
    {
        var mean = actual.Average();
        return Ratio(
            Mean(predicted, actual, static (p, y) => (p - y) * (p - y)), actual.Average(y => (y - mean) * (y - mean)));
    }

    public static double ExplainedVariance(double[] predicted, double[] actual)
    {
        var (mean, error) = (actual.Average(), Mean(predicted, actual, static (p, y) => y - p));
        return Ratio(
            Mean(predicted, actual, (p, y) => (y - p - error) * (y - p - error)),
            actual.Average(y => (y - mean) * (y - mean)));
    }

    public static double MedianAbsoluteError(double[] predicted, double[] actual)
    {
        var errors = predicted.Zip(actual, static (p, y) => Math.Abs(p - y)).Order().ToArray();
        return (errors[(errors.Length - 1) / 2] + errors[errors.Length / 2]) / 2;
    }

    public static double MaxError(double[] predicted, double[] actual)
        => predicted.Zip(actual, static (p, y) => Math.Abs(p - y)).Max();

    public static double Pinball(double[] predicted, double[] actual, double quantile)
        => Mean(predicted, actual, (p, y) => y >= p ? quantile * (y - p) : (1 - quantile) * (p - y));

    private static double Mean(double[] predicted, double[] actual, Func<double, double, double> of)
        => predicted.Zip(actual, of).Average();

    // A constant target is explained wholly or not at all.
    private static double Ratio(double left, double whole) => whole > 0 ? 1 - left / whole : left > 0 ? 0 : 1;
}
