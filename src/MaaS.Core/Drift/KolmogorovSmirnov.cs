namespace MaaS.Core.Drift;

/// <summary>The two-sample Kolmogorov–Smirnov test.</summary>
public static class KolmogorovSmirnov
{
    /// <summary>Compares two samples.</summary>
    /// <param name="first">In ascending order, at least one.</param>
    /// <param name="second">In ascending order, at least one.</param>
    /// <returns>
    /// The largest distance of the two empirical distribution functions, 0 to 1, and the probability of one at least as
    /// large where both samples come from one continuous distribution.
    /// </returns>
    /// <exception cref="ArgumentException">A sample is empty.</exception>
    /// <remarks>Probability by Kolmogorov's limit with the correction of Stephens 1970, as in <i>Numerical Recipes</i>
    /// 14.3.</remarks>
    public static (double Statistic, double Probability) Test(ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        if (first.IsEmpty || second.IsEmpty)
        {
            throw new ArgumentException(
                $"KolmogorovSmirnov: expected two samples, got {first.Length} and {second.Length} values.");
        }

        var (i, j, statistic) = (0, 0, 0.0);
        while (i < first.Length && j < second.Length)
        {
            var value = Math.Min(first[i], second[j]);
            while (i < first.Length && first[i] <= value)
            {
                i++;
            }

            while (j < second.Length && second[j] <= value)
            {
                j++;
            }

            statistic = Math.Max(statistic, Math.Abs(((double)i / first.Length) - ((double)j / second.Length)));
        }

        var size = Math.Sqrt((double)first.Length * second.Length / (first.Length + second.Length));
        return (statistic, Tail((size + 0.12 + (0.11 / size)) * statistic));
    }

    /// <summary>Q(λ) = 2 Σ (−1)^(k−1) e^(−2k²λ²).</summary>
    private static double Tail(double lambda)
    {
        if (lambda < 0.2)
        {
            return 1; // The series converges too slowly there, and the sum is 1 to ten digits.
        }

        var sum = 0.0;
        for (var k = 1; k <= 100; k++)
        {
            var term = Math.Exp(-2 * k * k * lambda * lambda);
            sum += k % 2 == 1 ? term : -term;
            if (term < 1e-12)
            {
                break;
            }
        }

        return Math.Clamp(2 * sum, 0, 1);
    }
}
