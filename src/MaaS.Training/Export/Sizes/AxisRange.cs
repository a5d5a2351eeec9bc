namespace MaaS.Training.Export.Sizes;

/// <summary>The sizes that one dynamic axis may have, as far as the module has told: it may refuse odd ones, small
/// ones, or those beyond a table.</summary>
internal sealed class AxisRange
{
    // Everyday divisors: a size should leave a remainder that no size before it left.
    private static readonly long[] Moduli = [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 32, 64];
    private static readonly long[] Steps = [1, -1, 2, 4, 3, 8, 6, 16, 5, 7, 12, 14, 24, 28, 32, 64];

    private readonly IReadOnlyList<long>? _given;
    private readonly Random _random;
    private long _step;
    private long _refusedBelow = 1;
    private long _refusedAbove = long.MaxValue;
    private long _least;
    private long _most;

    /// <summary>An axis that is <paramref name="example"/> in the user's example.</summary>
    /// <param name="example">At least 2.</param>
    /// <param name="given">The only sizes to use, or null.</param>
    /// <param name="seed">Makes axes move independently of each other.</param>
    public AxisRange(long example, IReadOnlyList<long>? given, int seed)
    {
        (Example, _given, _random, _least, _most) = (example, given, new Random(seed), example, example);
    }

    /// <summary>The size in the first run.</summary>
    public long Example { get; }

    /// <summary>The step in which sizes are taken, which the other sizes that the module took have shown.</summary>
    public long Step => Math.Max(_step, 1);

    /// <summary>Sizes for the run in which this axis alone changes; those that show a finer step come first.</summary>
    public IEnumerable<long> Alone => _given is not null
        ? _given.Where(size => size != Example).Distinct()
        : Steps.Select(step => Example + step).Concat([Example / 2, 2 * Example, 3 * Example])
            .Where(size => size > 1 && size != Example).Distinct();

    /// <summary>Whether the user named the sizes.</summary>
    public bool IsGiven => _given is not null;

    /// <summary>Learns that the module takes a size.</summary>
    public void Accept(long size)
    {
        (_least, _most) = (Math.Min(_least, size), Math.Max(_most, size));
        if (size == Example)
        {
            return;
        }

        _step = (long)System.Numerics.BigInteger.GreatestCommonDivisor(_step, size - Example);
    }

    /// <summary>Learns that the module refuses a size for this axis, and with it what lies beyond.</summary>
    public void Refuse(long size)
    {
        if (size > Example)
        {
            _refusedAbove = Math.Min(_refusedAbove, size);
        }

        if (size < Example)
        {
            _refusedBelow = Math.Max(_refusedBelow, size);
        }
    }

    /// <summary>The largest size up to <paramref name="limit"/> that may be tried.</summary>
    public long Largest(long limit) => Math.Max(Lattice(Math.Min(High, limit), up: false), Example);

    /// <summary>The smallest size to try.</summary>
    public long Smallest => Lattice(Low, up: true);

    // Halfway, by their ratio, from the sizes that the module took to the nearest one that it refused.
    private long Low
        => _refusedBelow == 1 ? 2 : Math.Max(_refusedBelow + 1, (long)Math.Sqrt((double)_refusedBelow * _least));

    private long High
        => _refusedAbove == long.MaxValue
        ? long.MaxValue : Math.Min(_refusedAbove - 1, (long)Math.Ceiling(Math.Sqrt((double)_refusedAbove * _most)));

    /// <summary>A size, at most <paramref name="limit"/>, that tells most beside those already seen, and how
    /// much.</summary>
    public (long Size, double Novelty) Next(IReadOnlyCollection<long> seen, long limit)
    {
        long[] candidates = _given is not null ? [.. _given] : [.. Enumerable.Range(0, 12).Select(_ => Draw(limit))];
        return candidates.Select(candidate => (candidate, Novelty(candidate, seen)))
            .MaxBy(static choice => choice.Item2);
    }

    /// <summary>Any size, at most <paramref name="limit"/>.</summary>
    public long Draw(long limit)
    {
        if (_given is not null)
        {
            return _given[_random.Next(_given.Count)];
        }

        long first = Lattice(Low, up: true);
        long last = Math.Max(Lattice(Math.Max(Math.Min(High, limit), first), up: false), first);
        long count = ((last - first) / Step) + 1;
        // Small sizes as often as large ones, or all of them alike.
        double place = _random.Next(2) == 0 ? Math.Pow(count, _random.NextDouble()) - 1 : count * _random.NextDouble();
        return first + (Step * Math.Min((long)place + _random.Next(2), count - 1));
    }

    private long Lattice(long size, bool up)
    {
        long rest = ((size - Example) % Step + Step) % Step;
        long below = size - rest;
        return up && rest > 0 ? below + Step : below;
    }

    private static double Novelty(long size, IReadOnlyCollection<long> seen)
    {
        if (seen.Contains(size))
        {
            return -1;
        }

        double fresh = Moduli.Count(modulus => !seen.Any(other => other % modulus == size % modulus));
        double distance = seen.Min(other => Math.Abs(Math.Log2((double)size / other)));
        return fresh + (3 * Math.Min(distance, 1.5));
    }
}
