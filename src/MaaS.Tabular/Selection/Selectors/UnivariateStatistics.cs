using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Selection.Selectors;

/// <summary>Statistics of one feature and the target.</summary>
internal static class UnivariateStatistics
{
    /// <summary>Pearson's correlation; NaN of constant values.</summary>
    public static double Correlation(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        double both = 0, squaresX = 0, squaresY = 0;
        for (var i = 0; i < x.Length; i++)
        {
            var (dx, dy) = (x[i] - meanX, y[i] - meanY);
            (both, squaresX, squaresY) = (both + dx * dy, squaresX + dx * dx, squaresY + dy * dy);
        }

        return both / Math.Sqrt(squaresX * squaresY);
    }

    /// <summary>The F value of the regression on one feature.</summary>
    public static double RegressionF(double[] x, double[] y)
    {
        var r = Correlation(x, y);
        return r * r / (1 - r * r) * (x.Length - 2);
    }

    /// <summary>Variance between the classes over variance within.</summary>
    public static double AnovaF(double[] x, Target target)
    {
        var (sums, counts) = (new double[target.Classes.Count], target.ClassCounts());
        var mean = x.Average();
        for (var i = 0; i < x.Length; i++)
        {
            sums[(int)target.Values[i]] += x[i] - mean;
        }

        double between = 0, total = 0;
        for (var c = 0; c < sums.Length; c++)
        {
            between += counts[c] > 0 ? sums[c] * sums[c] / counts[c] : 0;
        }

        foreach (var value in x)
        {
            total += (value - mean) * (value - mean);
        }

        var classes = counts.Count(static n => n > 0);
        return between / (classes - 1) / ((total - between) / (x.Length - classes));
    }

    /// <summary>χ² of a feature's sums in the classes beside what the classes' shares let expect.</summary>
    public static double ChiSquared(double[] x, Target target, int feature)
    {
        if (Array.FindIndex(x, static v => !(v >= 0)) is >= 0 and var row)
        {
            throw new ArgumentException(
                $"chi2: expected features of 0 or more, got {x[row]} in row {row + 1}, feature {feature + 1}; use "
                    + "Scaling.MinMax or None.", nameof(x));
        }

        var (observed, counts) = (new double[target.Classes.Count], target.ClassCounts());
        for (var i = 0; i < x.Length; i++)
        {
            observed[(int)target.Values[i]] += x[i];
        }

        var total = x.Sum();
        double chi = 0;
        for (var c = 0; c < observed.Length; c++)
        {
            var expected = total * counts[c] / x.Length;
            chi += counts[c] > 0 ? (observed[c] - expected) * (observed[c] - expected) / expected : 0;
        }

        return chi;
    }
}
