namespace MaaS.Training.Export.Sizes;

/// <content>Sizes at the ends: the smallest, and far ones that only check.</content>
internal sealed partial class SizeRuns
{
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

    // Sizes that take no part in finding expressions: each axis alone far out and at its smallest, all of them together
    // at their smallest, and any.
    private void FarShapes()
    {
        if (_extensions == 0)
        {
            Try(_ranges.ToDictionary(static axis => axis.Key, static axis => axis.Value.Smallest), heldOut: true);
            foreach (var (symbol, range) in _ranges.Where(static axis => !axis.Value.IsGiven))
            {
                foreach (long share in (long[])[1, 2, 3, 5, 9, 15, 25, 40, 70])
                {
                    Try(
                        new Dictionary<string, long>(_runs[0]) { [symbol] = range.Largest(FarthestShape / share) },
                        heldOut: true);
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
        var near = _runs.Where(run => IsHeldOut(run) && run.Values.All(static size => size <= Farther))
            .TakeLast(MostEdges);
        foreach (var run in near.ToList())
        {
            _heldOut.Remove(Key(run));
        }
    }

    private long FarthestShape => _shapesAlone ? _tracer.LargestShape : Farther;

    // What stays the same while an axis is small may move where it is large: as far as the budget allows. Such sizes
    // only check what the others gave.
    private double FarAlone(Dictionary<string, long> first, string symbol, long farthest, double budget)
    {
        var range = _ranges[symbol];
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
}
