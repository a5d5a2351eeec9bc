using MaaS.Training.Tracing;

namespace MaaS.Training.Export.Sizes;

/// <summary>A real number that follows from a size: factor · size^power / divisor, such as 1/√n, 2/(n − 1) or
/// m/n.</summary>
/// <param name="Size">The size.</param>
/// <param name="Power">1, −1, ½ or −½.</param>
/// <param name="Factor">A fixed number.</param>
/// <param name="Divisor">A second size, or null.</param>
internal sealed record SizeReal(SizeExpression Size, double Power, double Factor, SizeExpression? Divisor)
{
    // Numbers that went through float32 differ by half a unit in its last place.
    private const double Tolerance = 2e-7;
    private const double LargestWhole = 2e5;

    private static readonly double[] Powers = [1, -1, 0.5, -0.5];
    private static readonly int[] Multiples = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 32, 64, 100];

    /// <summary>The first form that gives the number in every run; null where none does.</summary>
    /// <param name="values">The number in each run.</param>
    /// <param name="axes">The dynamic axes.</param>
    /// <param name="find">Expresses a whole number.</param>
    public static SizeReal? Find(
        IReadOnlyList<double> values, IReadOnlyList<DynamicAxis> axes, Func<TracedSize, SizeExpression?> find)
    {
        if (values.Any(static value => !double.IsFinite(value) || value == 0))
        {
            return null;
        }

        return Proportional(values, axes) ?? Rational(values, axes, find);
    }

    // Any factor of an axis, of its neighbours, or of a power of these.
    private static SizeReal? Proportional(IReadOnlyList<double> values, IReadOnlyList<DynamicAxis> axes)
    {
        foreach (var axis in axes.Where(static axis => !axis.Size.IsFixed))
        {
            foreach (int offset in (int[])[0, -1, 1])
            {
                foreach (double power in Powers)
                {
                    double factor = values[0] / Math.Pow(axis.Size.At(0) + offset, power);
                    if (double.IsFinite(factor) && Range(values).All(
                        run => Agree(values[run], factor * Math.Pow(axis.Size.At(run) + offset, power))))
                    {
                        return new(axis.Expression + new SizeExpression.Number(offset), power, Clean(factor), null);
                    }
                }
            }
        }
        return null;
    }

    // What becomes a whole number when it is inverted, squared, multiplied by a small number or by an axis.
    private static SizeReal? Rational(
        IReadOnlyList<double> values, IReadOnlyList<DynamicAxis> axes, Func<TracedSize, SizeExpression?> find)
    {
        foreach (double power in Powers)
        {
            if (power is 0.5 or -0.5 && values.Any(static value => value < 0))
            {
                continue;
            }

            double[] sizes = [.. values.Select(value => power is -1 ? 1 / value : Math.Pow(value, 1 / power))];
            int multiple = Array.Find(Multiples, multiple => Whole(sizes.Select(size => size * multiple)) is not null);
            if (multiple > 0 && Whole(sizes.Select(size => size * multiple)) is { } whole && find(whole) is { } found)
            {
                return new(found, power, Math.Pow(multiple, -power), null);
            }
        }
        foreach (var axis in axes.Where(static axis => !axis.Size.IsFixed))
        {
            if (Whole(values.Select((value, run) => value * axis.Size.At(run))) is { } size && find(size) is { } found)
            {
                return new(found, 1, 1, axis.Expression);
            }
        }
        return null;
    }

    private static TracedSize? Whole(IEnumerable<double> numbers)
    {
        double[] all = [.. numbers];
        return all.All(static n => Math.Abs(n) < LargestWhole && Agree(n, Math.Round(n)))
            ? new TracedSize(Array.ConvertAll(all, static n => (long)Math.Round(n)))
            : null;
    }

    // A factor that is a small fraction but for rounding is that fraction.
    private static double Clean(double factor)
    {
        foreach (int multiple in Multiples)
        {
            double whole = Math.Round(factor * multiple);
            if (whole != 0 && Agree(factor * multiple, whole))
            {
                return whole / multiple;
            }
        }
        return factor;
    }

    private static bool Agree(double value, double expected)
        => Math.Abs(value - expected) <= Tolerance * Math.Abs(expected);

    private static IEnumerable<int> Range(IReadOnlyList<double> values) => Enumerable.Range(0, values.Count);
}
