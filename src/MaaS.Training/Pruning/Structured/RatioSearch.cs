namespace MaaS.Training.Pruning.Structured;

/// <summary>Finds the smallest ratio that brings a cost down to a limit; the cost falls as the ratio rises.</summary>
internal static class RatioSearch
{
    /// <summary>Bisects the ratio.</summary>
    /// <param name="cost">The cost at a ratio of 0–1.</param>
    /// <param name="limit">The highest cost that will do.</param>
    /// <param name="rounds">How many times to halve the interval.</param>
    /// <param name="what">Names the cost in errors.</param>
    /// <exception cref="PruningException">Even a ratio of 1 leaves more.</exception>
    public static double Find(Func<double, double> cost, double limit, int rounds, string what)
    {
        var (low, high) = (0.0, 1.0);
        if (cost(low) <= limit)
        {
            return low;
        }

        if (cost(high) is var least && least > limit)
        {
            throw new PruningException(
                $"Pruning: expected to reach {limit:g6} {what}, got no lower than {least:g6}; MaxRatio, RoundTo, "
                    + "ignored and "
                + "fixed layers keep the rest.");
        }

        for (var i = 0; i < rounds; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = cost(middle) <= limit ? (low, middle) : (middle, high);
        }

        return high;
    }
}
