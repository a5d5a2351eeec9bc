namespace MaaS.Training.Export.Sizes;

/// <summary>The places where rounding in some expressions changes its result: each quotient and remainder must be seen
/// twice just below and twice just above a multiple of its divisor, each minimum and maximum on both sides.</summary>
internal sealed class RoundingEdges
{
    private const int Often = 2;
    private const long Window = 6;

    private readonly List<SizeExpression.Binary> _parts;
    private readonly long[] _least;   // the remainders, or gaps, that come nearest to the edge on each side
    private readonly long[] _most;
    private readonly bool[] _crosses;
    private readonly Dictionary<(int Part, Side Side), HashSet<long>> _seen = [];

    /// <summary>The edges of expressions; those made of the graph's own values have none that could be aimed at.</summary>
    /// <param name="expressions">What was found.</param>
    /// <param name="candidates">The sizes that can be had.</param>
    public RoundingEdges(IEnumerable<SizeExpression> expressions, IReadOnlyList<IReadOnlyDictionary<string, long>> candidates)
    {
        _parts = [.. expressions.SelectMany(static expression => expression.Parts).OfType<SizeExpression.Binary>()
            .Where(static part => !part.IsSmooth && part.Axes.All(static axis => axis.Symbol is not null))
            .Where(static part => part.Operator is SizeOperator.Div or SizeOperator.Mod or SizeOperator.Min or SizeOperator.Max)
            .Distinct()];
        _least = new long[_parts.Count];
        _most = new long[_parts.Count];
        _crosses = new bool[_parts.Count];
        for (int part = 0; part < _parts.Count; part++)
        {
            long[] distances = [.. candidates.Select(sizes => Distance(part, sizes).Distance)];
            _crosses[part] = Rounds(part) && candidates.Any(sizes => _parts[part].Left.At(axis => sizes[axis.Symbol!]) < 0);
            _least[part] = Rounds(part) ? distances.Min() : distances.Where(static d => d > 0).DefaultIfEmpty().Min();
            _most[part] = Rounds(part) ? distances.Max() : distances.Where(static d => d < 0).DefaultIfEmpty().Max();
        }
    }

    /// <summary>How many edges these sizes would show that have not been seen.</summary>
    public int Count(IReadOnlyDictionary<string, long> sizes) => Edges(sizes).Count(edge =>
        Seen(edge.Part, edge.Side) is var seen && !seen.Contains(edge.Place) && (edge.Side == Side.Zero || seen.Count < Often));

    /// <summary>Counts the edges at these sizes as seen.</summary>
    public void Cover(IReadOnlyDictionary<string, long> sizes)
    {
        foreach (var (part, side, place) in Edges(sizes)) Seen(part, side).Add(place);
    }

    private enum Side
    {
        Above,
        Below,

        // Towards 0 quotients are cut from both sides: every dividend around it counts.
        Zero,
    }

    private HashSet<long> Seen(int part, Side side)
    {
        if (!_seen.TryGetValue((part, side), out var places)) _seen[(part, side)] = places = [];
        return places;
    }

    private IEnumerable<(int Part, Side Side, long Place)> Edges(IReadOnlyDictionary<string, long> sizes)
    {
        for (int part = 0; part < _parts.Count; part++)
        {
            var (distance, place) = Distance(part, sizes);
            if (distance == _least[part]) yield return (part, Side.Above, place);
            if (distance == _most[part]) yield return (part, Side.Below, place);
            if (!_crosses[part]) continue;
            long left = _parts[part].Left.At(axis => sizes[axis.Symbol!]), right = _parts[part].Right.At(axis => sizes[axis.Symbol!]);
            if (Math.Abs(left) < Math.Min(right, Window)) yield return (part, Side.Zero, left);
        }
    }

    // A quotient's or remainder's remainder and which multiple it is; by how much one number is the larger, and that number.
    private (long Distance, long Place) Distance(int part, IReadOnlyDictionary<string, long> sizes)
    {
        long left = _parts[part].Left.At(axis => sizes[axis.Symbol!]), right = _parts[part].Right.At(axis => sizes[axis.Symbol!]);
        return Rounds(part) ? (Math.Abs(left % right), left / right) : (left - right, left);
    }

    private bool Rounds(int part) => _parts[part].Operator is SizeOperator.Div or SizeOperator.Mod;
}
