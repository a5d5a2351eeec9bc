namespace MaaS.Training.Export.Sizes;

/// <summary>What everyday code makes of sizes by rounding: quotients, remainders, what fills up to a multiple, halves
/// of these, products, minima and maxima; the commonest first.</summary>
/// <remarks>Two atoms that agree up to a constant in all runs are one here: the first stays. Sizes at the edge of its
/// rounding, traced afterwards, tell it from the others.</remarks>
internal sealed class SizeAtoms
{
    private static readonly long[] Divisors =
    [
        2, 4, 8, 3, 16, 32, 5, 6, 7, 10, 12, 14, 64, 9, 15, 20, 24, 28, 11, 13, 25, 30, 18, 22, 21, 26, 27, 36, 40, 48,
        50,
        56, 60, 96, 100, 112, 128, 256,
    ];

    private static readonly long[] SmallDivisors = [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 32];

    private readonly int _runs;
    private readonly HashSet<string> _seen = [];
    private readonly Lazy<List<SizeTerm>> _nested;

    /// <summary>Makes the atoms of some axes.</summary>
    /// <param name="axes">The dynamic axes and their numbers in the runs.</param>
    /// <param name="runs">How many runs there are.</param>
    public SizeAtoms(IReadOnlyList<SizeTerm> axes, int runs)
    {
        _runs = runs;
        SizeTerm[] pairs = [.. Pairs(axes)];
        foreach (var axis in axes)
        {
            Quotients(axis, Divisors, Simple, everyOffset: false);
        }

        foreach (var pair in pairs)
        {
            Quotients(pair, SmallDivisors, Simple, everyOffset: false);
        }

        NaturalCount = Simple.Count;
        foreach (var axis in axes)
        {
            Quotients(axis, Divisors, Simple, everyOffset: true);
        }

        foreach (var axis in axes)
        {
            Simple.AddRange(Extremes(axis));
        }

        foreach (var pair in pairs)
        {
            Quotients(pair, SmallDivisors, Simple, everyOffset: true);
        }
        // Differences, and what lies below 0 at some sizes: there the quotient is cut upwards.
        foreach (var axis in axes)
        {
            Crossing(axis);
        }

        _nested = new(() => Nest(axes, pairs));
    }

    /// <summary>One rounding of an axis or of a pair of axes.</summary>
    public List<SizeTerm> Simple { get; } = [];

    /// <summary>How many of the simple ones, the first, round down or up to a multiple.</summary>
    public int NaturalCount { get; }

    /// <summary>Roundings of roundings, and their products.</summary>
    public IReadOnlyList<SizeTerm> Nested => _nested.Value;

    private List<SizeTerm> Nest(IReadOnlyList<SizeTerm> axes, SizeTerm[] pairs)
    {
        var nested = new List<SizeTerm>();
        SizeTerm[] rounded = [.. Gaps(axes), .. axes.Concat(pairs.Take(6)).SelectMany(Rounded)];
        foreach (var term in rounded)
        {
            Quotients(term, [2, 3, 4, 5, 8], nested, everyOffset: false);
        }

        SizeTerm[] factors = [.. axes, .. axes.SelectMany(axis => Rounded(axis, SmallDivisors))];
        for (int i = 0; i < factors.Length; i++)
        {
            for (int j = Math.Max(i, axes.Count); j < factors.Length; j++)
            {
                Add(nested, SizeTerm.Of(SizeOperator.Mul, factors[i], factors[j]));
            }
        }

        return nested;
    }

    // Sums, differences, products, the smaller and the larger of two axes, and twice or three times one.
    private IEnumerable<SizeTerm> Pairs(IReadOnlyList<SizeTerm> axes)
    {
        for (int i = 0; i < axes.Count; i++)
        {
            for (int j = i + 1; j < axes.Count; j++)
            {
                foreach (var op in (SizeOperator[])[
                    SizeOperator.Mul, SizeOperator.Sub, SizeOperator.Add, SizeOperator.Max, SizeOperator.Min])
                {
                    var pair = SizeTerm.Of(op, axes[i], axes[j]);
                    Add(Simple, pair);
                    yield return pair;
                }
            }
        }
        foreach (var axis in axes)
        {
            yield return SizeTerm.Of(SizeOperator.Mul, axis, 3);
            yield return SizeTerm.Of(SizeOperator.Mul, axis, 2);
            yield return SizeTerm.Of(SizeOperator.Mul, axis, axis);
            yield return SizeTerm.Of(SizeOperator.Mul, axis, axis.Plus(1));
            yield return SizeTerm.Of(SizeOperator.Mul, axis, 5);
        }
    }

    // What an axis lacks to the larger of two.
    private static IEnumerable<SizeTerm> Gaps(IReadOnlyList<SizeTerm> axes) =>
        from axis in axes
        from other in axes
        where axis != other
        select SizeTerm.Of(SizeOperator.Sub, SizeTerm.Of(SizeOperator.Max, axis, other), axis);

    private void Quotients(SizeTerm term, long[] divisors, List<SizeTerm> into, bool everyOffset)
    {
        bool crosses = term.Values.Any(static value => value < 0);
        foreach (long divisor in divisors)
        {
            foreach (long offset in Offsets(divisor, everyOffset))
            {
                Add(into, SizeTerm.Of(SizeOperator.Div, term.Plus(offset), divisor));
                if (crosses)
                {
                    Add(into, SizeTerm.Of(SizeOperator.Div, term.Plus(-offset), divisor));
                }
            }
            Add(into, SizeTerm.Of(SizeOperator.Mod, term, divisor));
        }
    }

    private static IEnumerable<long> Offsets(long divisor, bool all)
    {
        yield return 0;
        yield return divisor - 1;
        for (long offset = 1; all && offset < divisor - 1; offset++)
        {
            yield return offset;
        }
    }

    // Remainders, quotients and what fills up to a multiple.
    private IEnumerable<SizeTerm> Rounded(SizeTerm term) => Rounded(term, Divisors);

    private static IEnumerable<SizeTerm> Rounded(SizeTerm term, long[] divisors)
    {
        foreach (long divisor in divisors)
        {
            var down = SizeTerm.Of(SizeOperator.Div, term, divisor);
            var up = SizeTerm.Of(SizeOperator.Div, term.Plus(divisor - 1), divisor);
            var filled = SizeTerm.Of(SizeOperator.Mul, up, divisor);
            yield return SizeTerm.Of(SizeOperator.Sub, filled, term);
            yield return SizeTerm.Of(SizeOperator.Mod, term, divisor);
            yield return down;
            yield return up;
            yield return SizeTerm.Of(SizeOperator.Sub, term, down);
        }
    }

    private IEnumerable<SizeTerm> Extremes(SizeTerm axis)
    {
        foreach (long limit in axis.Values.Order().Distinct().Skip(1).SkipLast(1).SelectMany(Near).Distinct())
        {
            foreach (var op in (SizeOperator[])[SizeOperator.Min, SizeOperator.Max])
            {
                var cut = SizeTerm.Of(op, axis, limit);
                if (_seen.Add(Key(cut)))
                {
                    yield return cut;
                }
            }
        }
        IEnumerable<long> Near(long size)
            => Enumerable.Range(-8, 17).Select(step => size + step).Where(static limit => limit > 1);
    }

    private void Crossing(SizeTerm axis)
    {
        long least = axis.Values.Min(), most = Math.Min(axis.Values.Max(), 64);
        foreach (long divisor in SmallDivisors)
        {
            for (long offset = least; offset < most; offset++)
            {
                Add(Simple, SizeTerm.Of(SizeOperator.Div, axis.Plus(-offset), divisor));
                if (divisor <= 8)
                {
                    Add(Simple, SizeTerm.Of(SizeOperator.Mod, axis.Plus(-offset), divisor));
                }
            }
        }
    }

    private void Add(List<SizeTerm> into, SizeTerm atom)
    {
        if (_seen.Add(Key(atom)))
        {
            into.Add(atom);
        }
    }

    // The differences from the first run, as text of their bytes.
    private string Key(SizeTerm atom)
    {
        Span<char> key = stackalloc char[2 * _runs];
        for (int run = 0; run < _runs; run++)
        {
            long difference = atom.Values[run] - atom.Values[0];
            (key[2 * run], key[(2 * run) + 1]) = ((char)(difference & 0xFFFF), (char)((difference >> 16) & 0xFFFF));
        }
        return new string(key);
    }
}
