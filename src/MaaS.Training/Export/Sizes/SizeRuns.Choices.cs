namespace MaaS.Training.Export.Sizes;

/// <content>Draws sizes, by what they cost and by what they would tell.</content>
internal sealed partial class SizeRuns
{
    private IEnumerable<long> Seen(string symbol) => _runs.Select(run => run[symbol]);

    // The most telling sizes that the budget allows; where it allows none and one is needed, the cheapest. An axis goes
    // far where others stay small.
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

    // Shapes alone could be traced anywhere, but what the module's matrices end at is not passed.
    private long Reach(AxisRange range, long far)
    {
        var reach = Math.Max(range.Example + (range.Example / 4), far);
        return _shapesAlone ? Math.Min(reach, Math.Max(range.Example, _tracer.LargestShape)) : reach;
    }

    // Runs of shapes alone cost nothing, up to a limit.
    private double CostOf(IReadOnlyDictionary<string, long> sizes)
    {
        if (_shapesAlone)
        {
            return _ranges.Aggregate(1.0, (product, axis) => product * sizes[axis.Key]) <= MostElements
                ? 0 : double.MaxValue;
        }

        return _tracer.Cost.At(_ranges.Aggregate(1.0, (ratio, axis) => ratio * sizes[axis.Key] / axis.Value.Example));
    }
}
