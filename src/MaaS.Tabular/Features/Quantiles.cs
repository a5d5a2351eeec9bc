namespace MaaS.Tabular.Features;

/// <summary>Quantiles by linear interpolation, as numpy's.</summary>
internal static class Quantiles
{
    /// <summary>The values that are not missing, in order.</summary>
    public static double[] Sorted(ReadOnlySpan<double> values)
    {
        var sorted = values.ToArray().Where(static v => !double.IsNaN(v)).ToArray();
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>A quantile of sorted values.</summary>
    /// <param name="sorted">At least one.</param>
    /// <param name="share">0 to 1.</param>
    public static double At(ReadOnlySpan<double> sorted, double share)
    {
        var at = share * (sorted.Length - 1);
        var low = (int)Math.Floor(at);
        var high = Math.Min(low + 1, sorted.Length - 1);
        return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
    }
}
