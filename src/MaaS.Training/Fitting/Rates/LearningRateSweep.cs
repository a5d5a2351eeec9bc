using System.Globalization;
using MaaS.Training.Reports;

namespace MaaS.Training.Fitting.Rates;

/// <summary>Losses under a learning rate that grows from update to update.</summary>
/// <param name="Points">In order.</param>
public sealed record LearningRateSweep(IReadOnlyList<RatePoint> Points)
{
    // The first updates tell of the start, the last of the divergence.
    private const int Skipped = 10, Cut = 1;

    /// <summary>The rate where the smoothed loss falls the steepest over the logarithm of the rate; null where it does
    /// not fall.</summary>
    /// <remarks>Smith 2017; the gradient is that of numpy's <c>gradient</c>, without the first ten points and the last
    /// one.</remarks>
    public double? Suggestion
    {
        get
        {
            var (steepest, rate) = (0.0, (double?)null);
            for (var i = Skipped; i < Points.Count - Cut; i++)
            {
                // Rates grow by one factor, so that equal steps are equal distances of their logarithms.
                var (before, after) = (Math.Max(i - 1, Skipped), Math.Min(i + 1, Points.Count - Cut - 1));
                var slope = (Points[after].Smoothed - Points[before].Smoothed) / Math.Max(1, after - before);
                if (slope < steepest)
                {
                    (steepest, rate) = (slope, Points[i].Rate);
                }
            }

            return rate;
        }
    }

    /// <summary>Loss over the logarithm of the rate, as it was and smoothed, with the suggestion.</summary>
    /// <returns>An SVG document.</returns>
    public string ToSvg()
    {
        List<LineChart.Line> lines =
        [
            new("smoothed loss", [.. Points.Select(static p => (Math.Log10(p.Rate), p.Smoothed))]),
            new("loss", [.. Points.Select(static p => (Math.Log10(p.Rate), p.Loss))]),
        ];
        if (Suggestion is { } rate)
        {
            var at = Points.First(p => p.Rate == rate);
            lines.Add(new(
                string.Create(CultureInfo.InvariantCulture, $"best {rate:g2}"),
                [(Math.Log10(rate), at.Smoothed)]));
        }

        return LineChart.Draw("learning rate, power of ten", "loss", lines);
    }
}
