namespace MaaS.Core.Drift;

/// <summary>The population stability index of two distributions over the same bins.</summary>
/// <remarks>Siddiqi 2006, <i>Credit Risk Scorecards</i>: below 0.1 stable, 0.1 to 0.25 worth a look, above 0.25
/// shifted.</remarks>
public static class PopulationStability
{
    // An empty bin would make the index infinite; the usual mend is a small share.
    private const double SmallestShare = 1e-4;

    /// <summary>Σ (actual − expected) · ln(actual ∕ expected).</summary>
    /// <param name="expected">Shares of the bins before, adding up to 1.</param>
    /// <param name="actual">Shares of the same bins now.</param>
    /// <returns>0 for equal distributions, and more the further they are apart.</returns>
    /// <exception cref="ArgumentException">The numbers of bins differ.</exception>
    public static double Index(ReadOnlySpan<double> expected, ReadOnlySpan<double> actual)
    {
        if (expected.Length != actual.Length)
        {
            throw new ArgumentException(
                $"PopulationStability: expected {expected.Length} bins, got {actual.Length}.", nameof(actual));
        }

        var index = 0.0;
        for (var i = 0; i < expected.Length; i++)
        {
            var (before, now) = (Math.Max(expected[i], SmallestShare), Math.Max(actual[i], SmallestShare));
            index += (now - before) * Math.Log(now / before);
        }

        return index;
    }
}
