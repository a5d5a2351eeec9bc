using MaaS.Training.Tracing;

namespace MaaS.Training.Export.Sizes;

/// <summary>Finds a number as a sum of one or two rounded parts, of axes and of their products, and of a constant;
/// smallest sums first. What it finds must be far likelier than a chance hit among all that was tried before
/// it.</summary>
internal sealed class RoundedFit
{
    // A chance hit of one in a thousand for each number, were nothing of this form true.
    private const double Margin = 10;
    private const long LargestFactor = 4096;
    private const int RunsForComplexForms = 45;

    private readonly int _runs;
    private readonly int _fitted;
    private readonly SizeTerm[] _axes;
    private readonly SizeAtoms _atoms;
    private readonly double[][] _simple;
    private readonly Lazy<double[][]> _nested;
    private readonly List<SizeTerm[]> _rests = [[]];

    /// <summary>Prepares the sums that are tried.</summary>
    /// <param name="axes">The dynamic axes.</param>
    /// <param name="runs">How many runs were traced.</param>
    /// <param name="heldOut">How many of them, the last ones, take no part in the fit and only check it.</param>
    public RoundedFit(IReadOnlyList<DynamicAxis> axes, int runs, int heldOut)
    {
        (_runs, _fitted) = (runs, runs - heldOut);
        _axes = [.. axes.Select(axis => SizeTerm.Of(axis.Expression, _fitted))];
        _atoms = new SizeAtoms(_axes, _fitted);
        _simple = [.. _atoms.Simple.Select(atom => Projection.Differences(atom.Values, _fitted))];
        _nested = new(() => [.. _atoms.Nested.Select(atom => Projection.Differences(atom.Values, _fitted))]);
        var terms = new List<SizeTerm>(_axes);
        for (int i = 0; i < _axes.Length; i++)
        {
            for (int j = i; j < _axes.Length; j++)
            {
                terms.Add(SizeTerm.Of(SizeOperator.Mul, _axes[i], _axes[j]));
            }
        }
        _rests.AddRange(terms.Select(static term => new[] { term }));
        for (int i = 0; i < terms.Count; i++)
        {
            for (int j = i + 1; j < Math.Min(terms.Count, 6); j++)
            {
                _rests.Add([terms[i], terms[j]]);
            }
        }
    }

    /// <summary>Whether a sum fitted a number for which more runs must speak.</summary>
    public bool IsThin { get; private set; }

    /// <summary>The first sum that fits and has the evidence; null where there is none.</summary>
    /// <param name="target">The number in the runs.</param>
    /// <param name="known">Axes of values of the graph, whose sizes are rounded as well.</param>
    public SizeExpression? Find(TracedSize target, IReadOnlyList<SizeTerm> known)
    {
        long[] values = [.. Enumerable.Range(0, _runs).Select(target.At)];
        double[] differences = Projection.Differences(values, _fitted);
        double[][] knowns = [.. known.Select(term => Projection.Differences(term.Values, _fitted))];
        var search = new Search(this, values, differences);
        foreach (var rest in _rests.Take(1 + _axes.Length))
        {
            search.Try(rest, known, knowns);
        }

        for (int i = 0; i < known.Count && search.Found is null; i++)
        {
            search.Try([known[i]], known, knowns);
        }

        foreach (var rest in _rests)
        {
            search.Try(rest, _atoms.Simple, _simple);
        }

        search.TryNested([]);
        var natural = _atoms.Simple[.._atoms.NaturalCount];
        foreach (var atom in natural)
        {
            search.Try([atom], natural, _simple);
        }

        search.LeastRuns = RunsForComplexForms;
        foreach (var rest in _rests.Skip(1))
        {
            search.TryNested(rest);
        }

        foreach (var atom in natural)
        {
            foreach (var axis in _axes)
            {
                search.Try([atom, axis], natural, _simple);
            }
        }
        return search.Found;
    }

    private sealed class Search(RoundedFit fit, long[] values, double[] differences)
    {
        private double _tried = 1;

        public SizeExpression? Found { get; private set; }

        public int LeastRuns { get; set; }

        public void TryNested(SizeTerm[] rest)
        {
            if (Found is null)
            {
                Try(rest, fit._atoms.Nested, fit._nested.Value);
            }
        }

        // target = factor · atom + the rest's terms, each with a factor, + a constant
        public void Try(SizeTerm[] rest, IReadOnlyList<SizeTerm> atoms, double[][] atomDifferences)
        {
            if (Found is not null || Projection.Of(rest, fit._fitted) is not { } projection)
            {
                return;
            }

            double before = _tried;
            _tried += atoms.Count;
            if (projection.Rest(differences) is not { } left)
            {
                return;
            }

            int farthest = 0;
            for (int run = 1; run < left.Length; run++)
            {
                if (Math.Abs(left[run]) > Math.Abs(left[farthest]))
                {
                    farthest = run;
                }
            }
            for (int i = 0; i < atoms.Count; i++)
            {
                double factor = left[farthest] / projection.Rest(atomDifferences[i], farthest);
                double whole = Math.Round(factor);
                if (!(Math.Abs(factor - whole) < 1e-6) || whole == 0 || Math.Abs(whole) > LargestFactor)
                {
                    continue;
                }

                if (!Agrees(projection, left, atomDifferences[i], whole))
                {
                    continue;
                }

                if (Exact(projection, rest, atoms[i], atomDifferences[i], (long)whole) is not { } found)
                {
                    continue;
                }

                double needed = Math.Log2(before + i) + found.FactorBits + Margin;
                if (values.Length < LeastRuns || SizeEvidence.Bits(found.Expression, values, found.Unknowns) < needed)
                {
                    fit.IsThin = true;
                    continue;
                }
                Found = found.Expression;
                return;
            }
        }

        private static bool Agrees(Projection projection, double[] left, double[] atom, double factor)
        {
            for (int run = 1; run < left.Length; run++)
            {
                double expected = factor * projection.Rest(atom, run);
                if (Math.Abs(left[run] - expected) > 1e-6 * (1 + Math.Abs(expected)))
                {
                    return false;
                }
            }
            return true;
        }

        // Whole factors that hold exactly in every run, those that were held out included.
        private (SizeExpression Expression, int Unknowns, double FactorBits)? Exact(
            Projection projection, SizeTerm[] rest, SizeTerm atom, double[] atomDifferences, long factor)
        {
            double[] own = projection.Factors(differences), ofAtom = projection.Factors(atomDifferences);
            var terms = new List<(long Factor, SizeTerm Term)> { (factor, atom) };
            for (int i = 0; i < rest.Length; i++)
            {
                double value = own[i] - (factor * ofAtom[i]), whole = Math.Round(value);
                if (Math.Abs(value - whole) > 1e-5 || Math.Abs(whole) > LargestFactor)
                {
                    return null;
                }

                terms.Add(((long)whole, rest[i]));
            }
            long offset = values[0] - Sum(terms, 0);
            for (int run = 0; run < fit._fitted; run++)
            {
                if (Sum(terms, run) + offset != values[run])
                {
                    return null;
                }
            }
            var found = SizeExpression.Sum(terms.Select(static t => (t.Factor, t.Term.Expression)), offset);
            for (int run = fit._fitted; run < values.Length; run++)
            {
                if (found.At(run) != values[run])
                {
                    // One that agrees with it so far may hold there as well.
                    fit.IsThin = true;
                    return null;
                }
            }
            double bits = terms.Sum(static t => Bits(t.Factor)) + Bits(offset);
            return (found, terms.Count + 1, bits);
        }

        private static double Bits(long factor) => factor is 0 or 1 or -1 ? 1 : 1 + Math.Log2(Math.Abs(factor));

        private static long Sum(List<(long Factor, SizeTerm Term)> terms, int run) =>
            terms.Aggregate(0L, (sum, t) => sum + (t.Factor * t.Term.Values[run]));
    }
}
