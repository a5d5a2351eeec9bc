namespace MaaS.Core.Drift;

/// <summary>How one feature was spread over the training data.</summary>
/// <param name="Name">As <see cref="ModelFeatures.Names"/> has it, or <c>prediction</c> and <c>confidence</c>.</param>
/// <param name="Edges">Bounds between bins, ascending; one fewer than there are bins.</param>
/// <param name="Shares">Share of each bin, adding up to 1.</param>
/// <param name="Sample">Some of the values, ascending, for tests that need values.</param>
public sealed record FeatureBaseline(
    string Name, IReadOnlyList<double> Edges, IReadOnlyList<double> Shares, IReadOnlyList<double> Sample)
{
    private const int Bins = 10;
    private const int SampleSize = 512;

    /// <summary>Describes values by ten bins of about equal shares; of few distinct values each gets a bin, as does one
    /// that many rows share.</summary>
    /// <exception cref="ArgumentException">There are no values, or one is no number.</exception>
    public static FeatureBaseline Of(string name, IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0 || !double.IsFinite(sorted[0]) || !double.IsFinite(sorted[^1]))
        {
            throw new ArgumentException(
                $"drift baseline of '{name}': expected finite values, got "
                    + $"{(sorted.Length == 0 ? "none" : "NaN or infinity")}.", nameof(values));
        }

        var distinct = sorted.Distinct().Take(Bins + 1).ToArray();
        double[] edges = distinct.Length == 1 ? [distinct[0], double.BitIncrement(distinct[0])]
            : distinct.Length <= Bins ? [.. distinct.Zip(distinct.Skip(1), static (a, b) => (a + b) / 2)]
            : Quantiles(sorted);
        var sample = sorted.Length <= SampleSize ? sorted
            : [.. Enumerable.Range(0, SampleSize).Select(i => sorted[(int)((i + 0.5) * sorted.Length / SampleSize)])];
        var baseline = new FeatureBaseline(name, edges, [], sample);
        return baseline with { Shares = baseline.SharesOf(sorted) };
    }

    // A value that is more than one quantile, as the zero of what is rarely there, would hide what lies just above it
    // in its bin.
    private static double[] Quantiles(double[] sorted) =>
    [
        .. Enumerable.Range(1, Bins - 1).Select(b => sorted[(int)((long)b * sorted.Length / Bins)])
        .GroupBy(static q => q)
            .SelectMany(
                q => q.Skip(1).Any()
                    ? [q.Key, sorted.FirstOrDefault(v => v > q.Key, double.BitIncrement(q.Key))] : new[] { q.Key })
            .Distinct(),
    ];

    /// <summary>How other values fall into the bins.</summary>
    public double[] SharesOf(ReadOnlySpan<double> values)
    {
        var counts = new double[Edges.Count + 1];
        var edges = Edges as double[] ?? [.. Edges];
        foreach (var value in values)
        {
            var bin = Array.BinarySearch(edges, value);
            counts[bin < 0 ? ~bin : bin + 1]++;
        }

        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] /= Math.Max(1, values.Length);
        }

        return counts;
    }

    /// <summary>Compares values of today with the baseline.</summary>
    /// <param name="values">At least one, in any order.</param>
    public FeatureDrift Compare(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        var (statistic, probability) = KolmogorovSmirnov.Test([.. Sample], sorted);
        var actual = SharesOf(sorted);
        return new FeatureDrift(Name, PopulationStability.Index([.. Shares], actual), statistic, probability, actual);
    }
}

/// <summary>How far a feature has moved.</summary>
/// <param name="Name">The feature.</param>
/// <param name="Psi">Population stability index; above 0.25 counts as shifted.</param>
/// <param name="KsStatistic">Largest distance of the distribution functions, 0 to 1.</param>
/// <param name="KsProbability">Of such a distance by chance.</param>
/// <param name="Shares">Share of each of the baseline's bins now.</param>
public sealed record FeatureDrift(
    string Name, double Psi, double KsStatistic, double KsProbability, IReadOnlyList<double> Shares);
