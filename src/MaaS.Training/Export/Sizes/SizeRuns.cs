using MaaS.Training.Interop;

namespace MaaS.Training.Export.Sizes;

/// <summary>Chooses the sizes at which a module is traced. A few are enough where every number is a sum of axes; more are
/// traced where numbers round, and last those at the edges of the rounding that was found, which decide whether it is
/// the right one.</summary>
internal sealed class SizeRuns
{
    private const int FewRuns = 20;         // beside the first ones, of a module that costs little
    private const int ManyRuns = 30;
    private const int MostExtensions = 2;
    private const int MostShapeExtensions = 3;
    private const int HeldOut = 8;
    private const int FullEvidence = 12;
    private const int Candidates = 2000;
    private const int MostEdges = 24;
    private const int Rechecks = 24;
    private const int ValueRuns = 3;        // of those with values, where shapes alone can be traced
    private const int ShapeRuns = 30;
    private const int FarRuns = 24;
    private const int ShapeRechecks = 64;
    private const double MostElements = 4e6; // of all dynamic axes together: forward may make arrays of them in C#
    private const double CheapRuns = 15e6;  // nanoseconds
    private const long Far = 320;
    private const long Farther = 1000;      // slopes that are nearly equal part there

    private readonly Dictionary<string, AxisRange> _ranges;
    private readonly ISizeTracer _tracer;
    private readonly List<IReadOnlyDictionary<string, long>> _runs = [];
    private readonly HashSet<string> _tried = [];
    private readonly Random _random = new(0);
    private readonly HashSet<string> _rechecked = [];
    private readonly HashSet<string> _heldOut = [];
    private int _extensions;
    private bool _stopped;
    private bool _shapesAlone;   // from now on

    /// <summary>Sizes for a module.</summary>
    /// <param name="example">The dynamic axes by name and their sizes in the user's example.</param>
    /// <param name="given">Axes that may only have these sizes.</param>
    /// <param name="tracer">Traces the module.</param>
    public SizeRuns(
        IReadOnlyDictionary<string, long> example, IReadOnlyDictionary<string, IReadOnlyList<long>> given, ISizeTracer tracer)
    {
        _tracer = tracer;
        // A size of 1 broadcasts and would be mistaken for a fixed one.
        _ranges = example.Select((axis, i) => (axis.Key, Range: given.TryGetValue(axis.Key, out var sizes)
                ? new AxisRange(sizes[0], sizes, i + 1)
                : new AxisRange(Math.Max(axis.Value, 2), null, i + 1)))
            .ToDictionary(static axis => axis.Key, static axis => axis.Range);
    }

    /// <summary>The sizes of the runs that succeeded, in their order; those that only check come last.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, long>> Runs => [.. _runs.OrderBy(IsHeldOut)];

    /// <summary>What the runs are good for.</summary>
    public TraceEvidence Evidence => new(
        _runs.Count, _shapesAlone ? _heldOut.Count : _extensions > 0 ? Math.Min(HeldOut, _runs.Count / 3) : 0,
        (_shapesAlone || _extensions > 0) && _runs.Count >= FullEvidence);

    /// <summary>Whether the user named the sizes of every axis.</summary>
    public bool AllGiven => _ranges.Values.All(static range => range.IsGiven);

    /// <summary>Whether the run at these sizes takes no part in finding expressions and only checks them.</summary>
    public bool IsHeldOut(IReadOnlyDictionary<string, long> sizes) => _heldOut.Contains(Key(sizes));

    /// <summary>The first runs: near the example, with each axis changed alone, with all of them at other sizes; as many
    /// more as cost little.</summary>
    /// <exception cref="OnnxExportException">The module refuses every other size of an axis.</exception>
    public void Begin()
    {
        var first = _ranges.ToDictionary(static axis => axis.Key, static axis => axis.Value.Example);
        Run(first);
        if (_ranges.Count == 0)
        {
            return;
        }

        foreach (string symbol in _ranges.Keys)
        {
            Vary(first, symbol);
        }

        double budget = Math.Max(0.6 * (_ranges.Count + 2) * _tracer.Cost.At(1), CheapRuns);
        int most = _runs.Count + 1 + (_tracer.HasShapes ? ValueRuns : FewRuns + _ranges.Count), failures = 0;
        // All axes at about twice their size: what is cut to a limit (a window, a minimum) shows there.
        if (!TryTwice())
        {
            failures++;
        }

        foreach (string symbol in _ranges.Keys)
        {
            budget -= FarAlone(first, symbol, budget / 2);
        }

        int needed = _runs.Count + 1;
        while (!_stopped && _runs.Count < most && failures < 4 && Choose(Far, budget, _runs.Count < needed) is { } sizes)
        {
            budget -= CostOf(sizes);
            if (!Try(sizes))
            {
                failures++;
            }
        }

        if (_tracer.HasShapes && !_stopped)
        {
            _shapesAlone = true;
            Shapes();
            FarShapes();
        }
    }

    /// <summary>As many runs as numbers that round need, at the second call twice as many; false where the sizes are used up.</summary>
    public bool Extend()
    {
        if (_extensions == (_shapesAlone ? MostShapeExtensions : MostExtensions) || _stopped)
        {
            return false;
        }

        int before = _runs.Count;
        _extensions++;
        double most = Math.Max(1.25 * _tracer.Cost.At(1), CheapRuns);
        int failures = 0;
        if (_shapesAlone)
        {
            Promote();
            Shapes();
            FarShapes();
            return true;
        }

        if (_extensions == 1)
        {
            Smallest();
        }

        while (!_stopped && _runs.Count < _extensions * ManyRuns && failures < 12 && Choose(_runs.Count % 2 == 0 ? Far : Farther, most, evenIfDear: true) is { } sizes)
        {
            if (!Try(sizes))
            {
                failures++;
            }
        }
        return _runs.Count > before || _extensions == 1;
    }

    /// <summary>Runs at the edges of the quotients, remainders, minima and maxima in these expressions, where they have
    /// not been seen from both sides.</summary>
    /// <returns>Whether there are new runs, which the expressions must still fit.</returns>
    public bool Confirm(IEnumerable<SizeExpression> expressions)
    {
        double most = Math.Max(1.25 * _tracer.Cost.At(1), CheapRuns);
        var edges = new RoundingEdges(expressions, _ranges.ToDictionary(static axis => axis.Key, static axis => axis.Value.Step));
        foreach (var run in _runs)
        {
            edges.Cover(edges.At(run));
        }

        var candidates = Enumerable.Range(0, Candidates).Select(_ => Draw(most, Farther))
            .Select(sizes => (Sizes: sizes, Edges: edges.At(sizes))).Where(static candidate => candidate.Edges.Count > 0).ToList();
        bool added = false;
        for (int attempt = 0; attempt < MostEdges && candidates.Count > 0 && !_stopped; attempt++)
        {
            var best = candidates.MaxBy(candidate => edges.Unseen(candidate.Edges));
            if (edges.Unseen(best.Edges) == 0)
            {
                break;
            }

            candidates.Remove(best);
            if (_tried.Contains(Key(best.Sizes)) || !Try(best.Sizes, heldOut: _shapesAlone))
            {
                continue;
            }

            edges.Cover(best.Edges);
            added = true;
        }
        return added || (edges.Any && Recheck(expressions, candidates.Select(static candidate => candidate.Sizes), most));
    }

    // Half of them at other edges, half anywhere, as many as cost little: what agrees with the expressions everywhere but at a
    // few sizes may show there.
    private bool Recheck(IEnumerable<SizeExpression> expressions, IEnumerable<IReadOnlyDictionary<string, long>> nearEdges, double most)
    {
        if (!_rechecked.Add(string.Join(';', expressions.Select(static e => e.ToString()).Order(StringComparer.Ordinal))))
        {
            return false;
        }

        double budget = 2 * CheapRuns;
        bool added = false;
        int half = (_shapesAlone ? ShapeRechecks : Rechecks) / 2;
        var sizes = nearEdges.Take(half).Concat(Enumerable.Range(0, half).Select(i => Draw(most, i % 2 == 0 ? Farther : FarthestShape)));
        foreach (var choice in sizes.Where(choice => !_tried.Contains(Key(choice))))
        {
            if (_stopped || CostOf(choice) > budget)
            {
                break;
            }

            budget -= CostOf(choice);
            added |= Try(new Dictionary<string, long>(choice), heldOut: _shapesAlone);
        }
        return added;
    }

    // Sizes up to which the arithmetic of the fit is exact.
    private void Shapes()
    {
        Smallest();
        int needed = _runs.Count + ShapeRuns;
        for (int attempt = 0; attempt < 2 * ShapeRuns && _runs.Count < needed && !_stopped; attempt++)
        {
            if ((attempt < ShapeRuns / 2 ? Choose(Far, 1, evenIfDear: false) : Draw(1, Farther)) is { } sizes)
            {
                Try(sizes);
            }
        }
    }

    // Sizes that take no part in finding expressions: each axis alone far out and at its smallest, all of them together at
    // their smallest, and any.
    private void FarShapes()
    {
        if (_extensions == 0)
        {
            Try(_ranges.ToDictionary(static axis => axis.Key, static axis => axis.Value.Smallest), heldOut: true);
            foreach (var (symbol, range) in _ranges.Where(static axis => !axis.Value.IsGiven))
            {
                foreach (long share in (long[])[1, 2, 3, 5, 9, 15, 25, 40, 70])
                {
                    Try(new Dictionary<string, long>(_runs[0]) { [symbol] = range.Largest(FarthestShape / share) }, heldOut: true);
                }
            }
        }

        for (int run = 0; run < FarRuns && !_stopped; run++)
        {
            Try(Draw(1, run % 4 == 0 ? 2 * Far : FarthestShape), heldOut: true);
        }
    }

    // What contradicted an expression takes part from now on, the latest first, and others check.
    private void Promote()
    {
        var near = _runs.Where(run => IsHeldOut(run) && run.Values.All(static size => size <= Farther)).TakeLast(MostEdges);
        foreach (var run in near.ToList())
        {
            _heldOut.Remove(Key(run));
        }
    }

    private long FarthestShape => _shapesAlone ? _tracer.LargestShape : Farther;

    // What stays the same while an axis is small may move where it is large: as far as the budget allows. Such sizes only
    // check what the others gave.
    private double FarAlone(Dictionary<string, long> first, string symbol, double budget)
    {
        var range = _ranges[symbol];
        long farthest = _tracer.HasShapes ? Far : Math.Max(Far, _tracer.LargestShape);
        for (long reach = farthest; !range.IsGiven && !_stopped && reach > 2 * range.Example; reach /= 2)
        {
            var sizes = new Dictionary<string, long>(first) { [symbol] = range.Largest(reach) };
            if (CostOf(sizes) > budget || _tried.Contains(Key(sizes)))
            {
                continue;
            }

            if (Try(sizes, heldOut: reach > Farther))
            {
                return CostOf(sizes);
            }
        }
        return 0;
    }

    // Quotients that are cut towards 0 differ from those that are rounded down at small sizes, if anywhere.
    private void Smallest()
    {
        foreach (var (symbol, range) in _ranges)
        {
            for (int attempt = 0, taken = 0; attempt < 4 && taken < 2 && !_stopped; attempt++)
            {
                long size = range.Smallest + (taken * range.Step);
                if (range.IsGiven || size >= range.Example)
                {
                    break;
                }

                if (Try(new Dictionary<string, long>(_runs[0]) { [symbol] = size }))
                {
                    taken++;
                }
            }
        }
    }

    private void Vary(Dictionary<string, long> first, string symbol)
    {
        var range = _ranges[symbol];
        Exception? error = null;
        foreach (long size in range.Alone)
        {
            if (TryAlone(new Dictionary<string, long>(first) { [symbol] = size }, out error))
            {
                range.Accept(size);
                return;
            }
        }
        throw new OnnxExportException(
            $"export: forward failed at every other size tried for the dynamic axis '{symbol}' "
            + $"({string.Join(", ", range.Alone)}): {(error is null ? "" : TorchError.Reason(error))}. Declare the axis as fixed, or give "
            + "OnnxExportOptions.TraceSizes sizes that the module accepts", error);
    }

    private bool TryTwice()
    {
        var twice = _ranges.ToDictionary(static axis => axis.Key, axis => axis.Value.Example > 64
            ? axis.Value.Next([axis.Value.Example], axis.Value.Example + (axis.Value.Example / 8)).Size
            : axis.Value.Example + (axis.Value.Step * (1 + (axis.Value.Example / axis.Value.Step))));
        foreach (var (symbol, range) in _ranges)
        {
            if (range.IsGiven)
            {
                twice[symbol] = range.Next([.. Seen(symbol)], long.MaxValue).Size;
            }
        }
        return Try(twice);
    }

    private IEnumerable<long> Seen(string symbol) => _runs.Select(run => run[symbol]);

    // The most telling sizes that the budget allows; where it allows none and one is needed, the cheapest. An axis goes far
    // where others stay small.
    private Dictionary<string, long>? Choose(long far, double budget, bool evenIfDear)
    {
        Dictionary<string, long>? best = null, cheapest = null;
        double most = double.MinValue;
        for (int attempt = 0; attempt < 24; attempt++)
        {
            double novelty = 0;
            var sizes = new Dictionary<string, long>();
            foreach (var (symbol, range) in _ranges)
            {
                long reach = Reach(range, far) >> (attempt == 0 ? 0 : _random.Next(8));
                var (size, fresh) = range.Next([.. Seen(symbol)], Math.Max(reach, range.Example / 2));
                sizes[symbol] = size;
                novelty += fresh;
            }
            if (_tried.Contains(Key(sizes)))
            {
                continue;
            }

            if (CostOf(sizes) <= budget && novelty > most)
            {
                (best, most) = (sizes, novelty);
            }

            if (cheapest is null || CostOf(sizes) < CostOf(cheapest))
            {
                cheapest = sizes;
            }
        }
        return best ?? (evenIfDear ? cheapest : null);
    }

    // Any sizes that cost at most so much: while they cost more, one axis after the other shrinks.
    private Dictionary<string, long> Draw(double most, long far)
    {
        var sizes = _ranges.ToDictionary(static axis => axis.Key, axis => axis.Value.Draw(Reach(axis.Value, far)));
        for (int attempt = 0; attempt < 20 && CostOf(sizes) > most; attempt++)
        {
            var (symbol, range) = _ranges.ElementAt(_random.Next(_ranges.Count));
            sizes[symbol] = range.Draw(Math.Max(sizes[symbol] / 2, 2));
        }
        return sizes;
    }

    private static long Reach(AxisRange range, long far) => Math.Max(range.Example + (range.Example / 4), far);

    // Runs of shapes alone cost nothing, up to a limit.
    private double CostOf(IReadOnlyDictionary<string, long> sizes)
    {
        if (_shapesAlone)
        {
            return _ranges.Aggregate(1.0, (product, axis) => product * sizes[axis.Key]) <= MostElements ? 0 : double.MaxValue;
        }

        return _tracer.Cost.At(_ranges.Aggregate(1.0, (ratio, axis) => ratio * sizes[axis.Key] / axis.Value.Example));
    }

    // A module that refuses some sizes together may take each of them alone; where not, the axis to blame is known.
    private bool Try(Dictionary<string, long> sizes, bool heldOut = false)
    {
        if (_tried.Contains(Key(sizes)) || _stopped)
        {
            return false;
        }

        if (TryAlone(sizes, out _))
        {
            if (heldOut)
            {
                _heldOut.Add(Key(sizes));
            }

            foreach (var (symbol, range) in _ranges)
            {
                range.Accept(sizes[symbol]);
            }

            return true;
        }
        foreach (var (symbol, range) in _ranges)
        {
            if (range.Example == sizes[symbol])
            {
                continue;
            }

            if (_ranges.Count == 1 || !TryAlone(new Dictionary<string, long>(_runs[0]) { [symbol] = sizes[symbol] }, out _))
            {
                range.Refuse(sizes[symbol]);
            }
            else
            {
                range.Accept(sizes[symbol]);
            }
        }
        return false;
    }

    private bool TryAlone(Dictionary<string, long> sizes, out Exception? error)
    {
        error = null;
        if (!_tried.Add(Key(sizes)))
        {
            return false;
        }

        try
        {
            Run(sizes);
            return true;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            error = failure;
            return false;
        }
    }

    private void Run(Dictionary<string, long> sizes)
    {
        _tried.Add(Key(sizes));
        _stopped |= !_tracer.Trace(sizes, values: !_shapesAlone);
        _runs.Add(sizes);
    }

    private string Key(IReadOnlyDictionary<string, long> sizes) => string.Join('|', _ranges.Keys.Select(symbol => sizes[symbol]));
}
