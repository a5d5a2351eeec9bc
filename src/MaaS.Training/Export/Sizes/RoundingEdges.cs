namespace MaaS.Training.Export.Sizes;

/// <summary>The places where rounding in some expressions changes its result: each quotient and remainder must be seen
/// twice just before and twice just after it steps, along each of its axes, and wherever its dividend is about 0; each
/// minimum and maximum where its sides change places.</summary>
internal sealed class RoundingEdges
{
    private const int Often = 2;
    private const long Window = 6;

    private readonly List<SizeExpression.Binary> _parts;
    private readonly IReadOnlyDictionary<string, long> _steps;
    private readonly Dictionary<(int Part, string Side), HashSet<long>> _seen = [];

    /// <summary>The edges of expressions; those made of the graph's own values have none that could be aimed
    /// at.</summary>
    /// <param name="expressions">What was found.</param>
    /// <param name="steps">By how much each axis moves from one of its sizes to the next.</param>
    public RoundingEdges(IEnumerable<SizeExpression> expressions, IReadOnlyDictionary<string, long> steps)
    {
        _steps = steps;
        _parts = [.. expressions.SelectMany(static expression => expression.Parts).OfType<SizeExpression.Binary>()
            .Where(static part => part.Axes.All(static axis => axis.Symbol is not null))
            .Where(
                static part
                    => part.Operator is SizeOperator.Div or SizeOperator.Mod or SizeOperator.Min or SizeOperator.Max)
            .Distinct()];
    }

    /// <summary>An edge of one part: on which side of a step along which axis, and which step.</summary>
    public readonly record struct Edge(int Part, string Side, long Place, bool OnlyOnce);

    /// <summary>Whether anything is rounded.</summary>
    public bool Any => _parts.Count > 0;

    /// <summary>How many of these edges have not been seen.</summary>
    public int Unseen(IEnumerable<Edge> edges) => edges.Count(edge =>
        Seen(edge) is var seen && !seen.Contains(edge.Place) && (edge.OnlyOnce || seen.Count < Often));

    /// <summary>Counts edges as seen.</summary>
    public void Cover(IEnumerable<Edge> edges)
    {
        foreach (var edge in edges)
        {
            Seen(edge).Add(edge.Place);
        }
    }

    /// <summary>The edges at these sizes.</summary>
    public IReadOnlyList<Edge> At(IReadOnlyDictionary<string, long> sizes)
    {
        var edges = new List<Edge>();
        for (int part = 0; part < _parts.Count; part++)
        {
            long here = State(part, sizes, null, 0);
            foreach (string symbol in _parts[part].Axes.Select(static axis => axis.Symbol!).Distinct())
            {
                if (State(part, sizes, symbol, -_steps[symbol]) != here)
                {
                    edges.Add(new(part, $"after {symbol}", here, false));
                }

                if (State(part, sizes, symbol, _steps[symbol]) != here)
                {
                    edges.Add(new(part, $"before {symbol}", here, false));
                }
            }
            if (_parts[part].Operator is not (SizeOperator.Div or SizeOperator.Mod))
            {
                continue;
            }

            long left = _parts[part].Left.At(axis => sizes[axis.Symbol!]),
            divisor = _parts[part].Right.At(axis => sizes[axis.Symbol!]);
            if (Math.Abs(left) < Math.Min(divisor, Window))
            {
                edges.Add(new(part, "about 0", left, true));
            }
        }
        return edges;
    }

    private HashSet<long> Seen(Edge edge)
    {
        if (!_seen.TryGetValue((edge.Part, edge.Side), out var places))
        {
            _seen[(edge.Part, edge.Side)] = places = [];
        }

        return places;
    }

    // What steps: the quotient, or which side is the larger.
    private long State(int part, IReadOnlyDictionary<string, long> sizes, string? moved, long by)
    {
        long SizeOf(SizeExpression.Measured axis) => sizes[axis.Symbol!] + (axis.Symbol == moved ? by : 0);
        long left = _parts[part].Left.At(SizeOf), right = _parts[part].Right.At(SizeOf);
        return _parts[part].Operator is SizeOperator.Min or SizeOperator.Max ? Math.Sign(left - right) : left / right;
    }
}
