using System.Numerics;
using MaaS.Training.Tracing;

namespace MaaS.Training.Export.Sizes;

/// <summary>Finds a number as a sum of axes and of products of axes, smallest sums first. A common divisor is taken
/// only where it divides at every size that the axes can have.</summary>
internal sealed class PolynomialFit
{
    private const int LargestDivisor = 64;

    private readonly int[] _runs;
    private readonly List<(SizeTerm[] Terms, Lazy<Projection?> Projection)> _sums = [];

    /// <summary>Prepares the sums that are tried.</summary>
    /// <param name="axes">The dynamic axes.</param>
    /// <param name="runs">The runs in which a sum must hold.</param>
    public PolynomialFit(IReadOnlyList<DynamicAxis> axes, IEnumerable<int> runs)
    {
        _runs = [.. runs];
        SizeTerm[] first = [
            .. axes.Select(axis => new SizeTerm(axis.Expression, Array.ConvertAll(_runs, axis.Expression.At)))];
        SizeTerm[] second = [.. Products(first, first)];
        SizeTerm[] third = [.. Products(second, first)];
        SizeTerm[] low = [.. first, .. second];
        foreach (var term in (SizeTerm[])[.. low, .. third])
        {
            Add([term]);
        }

        for (int i = 0; i < low.Length; i++)
        {
            for (int j = i + 1; j < low.Length; j++)
            {
                Add([low[i], low[j]]);
            }
        }
        if (first.Length > 2)
        {
            Add(first);
        }
        // (a + p) · (b + q) multiplied out.
        for (int i = 0; i < first.Length; i++)
        {
            for (int j = i + 1; j < first.Length; j++)
            {
                Add([SizeTerm.Of(SizeOperator.Mul, first[i], first[j]), first[i], first[j]]);
            }
        }
    }

    /// <summary>The first sum that holds in every run and has fewer unknown numbers than sizes were traced; null where
    /// there is none.</summary>
    public SizeExpression? Find(TracedSize target)
    {
        long[] values = Array.ConvertAll(_runs, target.At);
        double[] differences = Projection.Differences(values, _runs.Length);
        foreach (var (terms, lazy) in _sums)
        {
            if (lazy.Value is { } projection && projection.Rest(differences) is null
                && Solve(projection.Factors(differences), terms, values) is { } found)
            {
                return found;
            }
        }
        return null;
    }

    private void Add(SizeTerm[] terms) => _sums.Add((terms, new(() => Projection.Of(terms, _runs.Length))));

    private SizeExpression? Solve(double[] factors, SizeTerm[] terms, long[] values)
    {
        int divisor = 1;
        while (divisor <= LargestDivisor && !factors.All(factor => IsWhole(factor * divisor)))
        {
            divisor++;
        }

        if (divisor > LargestDivisor)
        {
            return null;
        }

        long[] whole = [.. factors.Select(factor => (long)Math.Round(factor * divisor))];
        var offset = (BigInteger)values[0] * divisor;
        for (int i = 0; i < terms.Length; i++)
        {
            offset -= (BigInteger)whole[i] * terms[i].Values[0];
        }

        if (whole.Contains(0) || offset < int.MinValue || offset > int.MaxValue)
        {
            return null;
        }

        for (int run = 0; run < values.Length; run++)
        {
            var sum = offset;
            for (int i = 0; i < terms.Length; i++)
            {
                sum += (BigInteger)whole[i] * terms[i].Values[run];
            }

            if (sum != (BigInteger)values[run] * divisor)
            {
                return null;
            }
        }
        bool unit = terms.Length == 1 && divisor == 1 && whole[0] == 1;
        int unknowns = (unit ? 0 : terms.Length) + (offset.IsZero ? 0 : 1);
        if (DifferentSizes(terms) <= unknowns)
        {
            return null;
        }

        var numerator = SizeExpression.Sum(whole.Zip(terms, static (f, t) => (f, t.Expression)), (long)offset);
        return divisor == 1 ? numerator : AlwaysDivides(numerator, divisor) ? numerator / divisor : null;
    }

    // In how many different combinations the axes of these terms were traced.
    private int DifferentSizes(SizeTerm[] terms)
    {
        SizeExpression.Measured[] axes = [.. terms.SelectMany(static term => term.Expression.Axes).Distinct()];
        return _runs.Select(run => string.Join('|', axes.Select(a => a.Size.At(run)))).Distinct().Count();
    }

    // An axis that was only ever traced in steps (of 2, where the module refuses odd sizes) has only such sizes; all
    // remainders that these leave are tried.
    private static bool AlwaysDivides(SizeExpression numerator, int divisor)
    {
        SizeExpression.Measured[] axes = [.. numerator.Axes.Distinct()];
        long combinations = 1;
        foreach (var _ in axes)
        {
            combinations *= divisor;
        }

        for (long choice = 0; choice < combinations; choice++)
        {
            long rest = choice;
            var sizes = new Dictionary<SizeExpression.Measured, long>();
            foreach (var axis in axes)
            {
                sizes[axis] = axis.Size.At(0) + (rest % divisor * Step(axis.Size));
                rest /= divisor;
            }
            if (numerator.At(axis => sizes[axis]) % divisor != 0)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>The largest step that leads from each traced size of an axis to the others.</summary>
    public static long Step(TracedSize size) => size.Values.Aggregate(
        0L, (step, value) => (long)BigInteger.GreatestCommonDivisor(step, value - size.At(0)));

    private static bool IsWhole(double value) => Math.Abs(value - Math.Round(value)) < 1e-6 && Math.Abs(value) < 1e9;

    private static IEnumerable<SizeTerm> Products(SizeTerm[] left, SizeTerm[] right)
    {
        var seen = new HashSet<string>();
        foreach (var a in left)
        {
            foreach (var b in right)
            {
                var product = SizeTerm.Of(SizeOperator.Mul, a, b);
                // a·b and b·a are one.
                if (seen.Add(string.Join('*', product.Expression.ToString().Split('*').Order(StringComparer.Ordinal))))
                {
                    yield return product;
                }
            }
        }
    }
}
