namespace MaaS.Tabular.Profiling;

/// <summary>Counts in bins of equal width; a value on an edge is in the upper bin, the largest in the last.</summary>
/// <param name="Edges">One more than there are bins.</param>
/// <param name="Counts">One a bin.</param>
public sealed record Histogram(IReadOnlyList<double> Edges, IReadOnlyList<int> Counts)
{
    private const int MostBins = 40;

    /// <summary>Of sorted numbers, at least one, in Sturges' number of bins and at most 40.</summary>
    internal static Histogram Of(double[] sorted)
    {
        var bins = Math.Min(MostBins, (int)Math.Ceiling(Math.Log2(sorted.Length)) + 1);
        var (low, high) = (sorted[0], sorted[^1]);
        if (low == high)
        {
            (low, high) = (low - 0.5, high + 0.5);
        }

        var edges = Enumerable.Range(0, bins + 1)
            .Select(i => i == bins ? high : low + (i * ((high - low) / bins))).ToArray();
        var counts = new int[bins];
        var bin = 0;
        foreach (var value in sorted)
        {
            while (bin < bins - 1 && value >= edges[bin + 1])
            {
                bin++;
            }

            counts[bin]++;
        }

        return new Histogram(edges, counts);
    }
}
