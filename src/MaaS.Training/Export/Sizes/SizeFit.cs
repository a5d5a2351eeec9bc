using MaaS.Training.Tracing;

namespace MaaS.Training.Export.Sizes;

/// <summary>Finds out how numbers follow from the dynamic axes.</summary>
/// <param name="axes">The dynamic axes.</param>
/// <param name="evidence">How many runs there are and what they are good for.</param>
internal sealed class SizeFit(IReadOnlyList<DynamicAxis> axes, TraceEvidence evidence)
{
    private const int FewestOnEachSide = 6;

    private readonly PolynomialFit _polynomials = new(axes, Enumerable.Range(0, evidence.Runs));
    private readonly Dictionary<TracedSize, SizeExpression?> _polynomial = [];
    private readonly Lazy<RoundedFit> _rounded = new(() => new RoundedFit(axes, evidence.Runs, evidence.HeldOut));

    /// <summary>The dynamic axes.</summary>
    public IReadOnlyList<DynamicAxis> Axes { get; } = axes;

    /// <summary>What was traced.</summary>
    public TraceEvidence Evidence { get; } = evidence;

    /// <summary>Whether more runs could find or prove an expression that these do not.</summary>
    public bool NeedsMoreRuns => !Evidence.IsFull || (_rounded.IsValueCreated && _rounded.Value.IsThin);

    /// <summary>The number as a sum of products of the axes; null where it is none.</summary>
    public SizeExpression? Polynomial(TracedSize size)
    {
        if (size.IsFixed)
        {
            return new SizeExpression.Number(size.Value);
        }

        if (!_polynomial.TryGetValue(size, out var found))
        {
            _polynomial[size] = found = _polynomials.Find(size);
        }

        return found;
    }

    /// <summary>The number as an expression of any form; null where none is known, or where too few sizes were traced
    /// to tell.</summary>
    /// <param name="size">The number in the runs.</param>
    /// <param name="known">The axes of the graph's values.</param>
    public SizeExpression? Find(TracedSize size, IEnumerable<SizeExpression.Measured> known)
    {
        if (Polynomial(size) is { } polynomial)
        {
            return polynomial;
        }

        if (!Evidence.IsFull)
        {
            return null;
        }

        SizeTerm[] values = [.. known.Select(value => SizeTerm.Of(value, Evidence.Runs - Evidence.HeldOut))];
        return Limited(size) ?? _rounded.Value.Find(size, values);
    }

    // A sum that is cut at the largest or the smallest number seen.
    private SizeExpression.Binary? Limited(TracedSize size)
    {
        foreach (var (op, limit) in (IEnumerable<(SizeOperator, long)>)
            [(SizeOperator.Min, size.Values.Max()), (SizeOperator.Max, size.Values.Min())])
        {
            int[] free = [.. Enumerable.Range(0, Evidence.Runs).Where(run => size.At(run) != limit)];
            if (free.Length < FewestOnEachSide || Evidence.Runs - free.Length < FewestOnEachSide)
            {
                continue;
            }

            if (new PolynomialFit(Axes, free).Find(size) is { } sum
                && new SizeExpression.Binary(op, sum, new SizeExpression.Number(limit)) is var cut
                && Enumerable.Range(0, Evidence.Runs).All(run => cut.At(run) == size.At(run)))
            {
                return cut;
            }
        }

        return null;
    }
}

/// <summary>The runs that expressions are fitted to.</summary>
/// <param name="Runs">How many there are.</param>
/// <param name="HeldOut">How many of them, the last ones, only check what the others gave.</param>
/// <param name="IsFull">Whether there are enough of them for expressions that round.</param>
internal sealed record TraceEvidence(int Runs, int HeldOut, bool IsFull);
