using MaaS.Training.Interop;

namespace MaaS.Training.Export.Sizes;

/// <summary>Chooses the sizes at which a module is traced. A few are enough where every number is a sum of axes; more
/// are traced where numbers round, and last those at the edges of the rounding that was found, which decide whether it
/// is the right one.</summary>
internal sealed partial class SizeRuns
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
        IReadOnlyDictionary<string, long> example, IReadOnlyDictionary<string, IReadOnlyList<long>> given,
        ISizeTracer tracer)
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

    /// <summary>How much the runs can prove of an expression that fits them.</summary>
    public TraceEvidence Evidence => new(
        _runs.Count, _shapesAlone ? _heldOut.Count : _extensions > 0 ? Math.Min(HeldOut, _runs.Count / 3) : 0,
        (_shapesAlone || _extensions > 0) && _runs.Count >= FullEvidence);

    /// <summary>Whether forward did not run without values at some of the sizes that were tried.</summary>
    public bool NeedsValues { get; private set; }

    /// <summary>Whether the user named the sizes of every axis.</summary>
    public bool AllGiven => _ranges.Values.All(static range => range.IsGiven);

    /// <summary>Whether the run at these sizes takes no part in finding expressions and only checks them.</summary>
    public bool IsHeldOut(IReadOnlyDictionary<string, long> sizes) => _heldOut.Contains(Key(sizes));

    /// <summary>The first runs: near the example, with each axis changed alone, with all of them at other sizes; as
    /// many more as cost little.</summary>
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

        // Here the runs compared for a limit differ in every axis.
        long farthest = _tracer.HasShapes ? Far : Math.Max(Far, _tracer.LargestShape);
        foreach (string symbol in _ranges.Keys)
        {
            budget -= FarAlone(first, symbol, farthest, budget / 2);
        }

        int needed = _runs.Count + 1;
        while (!_stopped && _runs.Count < most && failures < 4
            && Choose(Far, budget, _runs.Count < needed) is { } sizes)
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

    /// <summary>As many runs as numbers that round need, at the second call twice as many; false where the sizes are
    /// used up.</summary>
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

        while (!_stopped && _runs.Count < _extensions * ManyRuns && failures < 12
            && Choose(_runs.Count % 2 == 0 ? Far : Farther, most, evenIfDear: true) is { } sizes)
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
        var edges = new RoundingEdges(
            expressions, _ranges.ToDictionary(static axis => axis.Key, static axis => axis.Value.Step));
        foreach (var run in _runs)
        {
            edges.Cover(edges.At(run));
        }

        var candidates = Enumerable.Range(0, Candidates).Select(_ => Draw(most, Farther))
            .Select(sizes => (Sizes: sizes, Edges: edges.At(sizes)))
            .Where(static candidate => candidate.Edges.Count > 0).ToList();
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
        return added
            || (edges.Any && Recheck(expressions, candidates.Select(static candidate => candidate.Sizes), most));
    }

    // Half of them at other edges, half anywhere, as many as cost little: what agrees with the expressions everywhere
    // but at a few sizes may show there.
    private bool Recheck(
        IEnumerable<SizeExpression> expressions, IEnumerable<IReadOnlyDictionary<string, long>> nearEdges, double most)
    {
        if (!_rechecked.Add(
            string.Join(';', expressions.Select(static e => e.ToString()).Order(StringComparer.Ordinal))))
        {
            return false;
        }

        double budget = 2 * CheapRuns;
        bool added = false;
        int half = (_shapesAlone ? ShapeRechecks : Rechecks) / 2;
        var sizes = nearEdges.Take(half)
            .Concat(Enumerable.Range(0, half).Select(i => Draw(most, i % 2 == 0 ? Farther : FarthestShape)));
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
            + $"({string.Join(", ", range.Alone)}): {(error is null ? "" : TorchError.Reason(error))}. Declare the "
            + "axis as fixed, or give "
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
}
