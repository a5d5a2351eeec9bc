using MaaS.Tabular.Features;

namespace MaaS.Tabular.Profiling;

/// <summary>How numbers are spread; missing ones apart.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="StandardDeviation">Of a sample (n − 1); NaN of one number.</param>
/// <param name="Minimum">The smallest.</param>
/// <param name="LowerQuartile">By linear interpolation, as the other quantiles.</param>
/// <param name="Median">The median.</param>
/// <param name="UpperQuartile">The upper quartile.</param>
/// <param name="Maximum">The largest.</param>
/// <param name="Zeros">How many are 0.</param>
/// <param name="Outliers">How many are further than 1.5 times the distance of the quartiles from these (Tukey).</param>
public sealed record NumberProfile(
    double Mean, double StandardDeviation, double Minimum, double LowerQuartile, double Median, double UpperQuartile,
    double Maximum, int Zeros, int Outliers)
{
    /// <summary>Numbers below this are outliers.</summary>
    public double LowerFence => LowerQuartile - (1.5 * (UpperQuartile - LowerQuartile));

    /// <summary>Numbers above this are outliers.</summary>
    public double UpperFence => UpperQuartile + (1.5 * (UpperQuartile - LowerQuartile));

    /// <summary>Of sorted numbers, at least one.</summary>
    internal static NumberProfile Of(double[] sorted)
    {
        var mean = sorted.Average();
        var deviation = Math.Sqrt(sorted.Sum(v => (v - mean) * (v - mean)) / (sorted.Length - 1));
        var profile = new NumberProfile(
            mean, sorted.Length > 1 ? deviation : double.NaN, sorted[0], Quantiles.At(sorted, 0.25),
            Quantiles.At(sorted, 0.5), Quantiles.At(sorted, 0.75), sorted[^1], sorted.Count(static v => v == 0), 0);
        return profile with { Outliers = sorted.Count(v => v < profile.LowerFence || v > profile.UpperFence) };
    }
}
