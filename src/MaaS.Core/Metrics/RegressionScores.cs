namespace MaaS.Core.Metrics;

/// <summary>How far predicted numbers are from the actual ones.</summary>
/// <param name="Mae">Mean absolute error, 0 or more.</param>
/// <param name="Rmse">Root of the mean squared error, 0 or more.</param>
/// <param name="R2">Share of the variance that is explained, at most 1; 0 is what the mean would reach. NaN for a
/// single sample.</param>
/// <remarks>Equal to scikit-learn's <c>mean_absolute_error</c>, <c>mean_squared_error(squared=False)</c> and
/// <c>r2_score</c>; of several outputs, each counts the same.</remarks>
public sealed record RegressionScores(double Mae, double Rmse, double R2)
{
    /// <summary>Compares predictions with what was there.</summary>
    /// <param name="predicted">(N, D), row-major.</param>
    /// <param name="actual">(N, D), row-major; N ≥ 1.</param>
    /// <param name="outputs">D, at least 1.</param>
    /// <exception cref="ArgumentException">The sizes do not fit together.</exception>
    public static RegressionScores From(ReadOnlySpan<float> predicted, ReadOnlySpan<float> actual, int outputs = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        if (predicted.IsEmpty || predicted.Length != actual.Length || predicted.Length % outputs != 0)
        {
            throw new ArgumentException(
                $"{nameof(RegressionScores)}: expected as many predicted as actual values, in rows of {outputs}, got "
                    + $"{predicted.Length} and {actual.Length}.",
                nameof(predicted));
        }

        double mae = 0, rmse = 0, r2 = 0;
        for (var d = 0; d < outputs; d++)
        {
            var column = Column(predicted, actual, outputs, d);
            (mae, rmse, r2) = (mae + column.Mae, rmse + column.Rmse, r2 + column.R2);
        }

        return new RegressionScores(mae / outputs, rmse / outputs, r2 / outputs);
    }

    private static RegressionScores Column(
        ReadOnlySpan<float> predicted, ReadOnlySpan<float> actual, int outputs, int d)
    {
        var count = predicted.Length / outputs;
        double sum = 0, absolute = 0, squared = 0, spread = 0;
        for (var i = d; i < actual.Length; i += outputs)
        {
            sum += actual[i];
        }

        for (var i = d; i < actual.Length; i += outputs)
        {
            var (error, deviation) = ((double)actual[i] - predicted[i], actual[i] - (sum / count));
            absolute += Math.Abs(error);
            squared += error * error;
            spread += deviation * deviation;
        }

        // Actual values that are all equal leave nothing to explain: then 1 where every one is hit, else 0.
        var r2 = count < 2 ? double.NaN
            : spread > 0 ? 1 - (squared / spread)
            : squared == 0 ? 1 : 0;
        return new RegressionScores(absolute / count, Math.Sqrt(squared / count), r2);
    }
}
