namespace MaaS.Training.Export.Sizes;

/// <summary>The places where rounding in some expressions changes its result: each quotient and remainder must be seen
/// twice just below and twice just above a multiple of its divisor, each minimum and maximum on both sides.</summary>
internal sealed class RoundingEdges
{
    private const int Often = 2;

    private readonly List<SizeExpression.Binary> _parts;
    private readonly long[] _least;   // the remainders, or gaps, that come nearest to the edge on each side
    private readonly long[] _most;
    private readonly Dictionary<(int Part, bool Above), HashSet<long>> _seen = [];

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
        for (int part = 0; part < _parts.Count; part++)
        {
            long[] distances = [.. candidates.Select(sizes => Distance(part, sizes).Distance)];
            bool rounds = _parts[part].Operator is SizeOperator.Div or SizeOperator.Mod;
            _least[part] = rounds ? distances.Min() : distances.Where(static d => d > 0).DefaultIfEmpty().Min();
            _most[part] = rounds ? distances.Max() : distances.Where(static d => d < 0).DefaultIfEmpty().Max();
        }
    }

    /// <summary>How many edges these sizes would show that have not been seen.</summary>
    public int Count(IReadOnlyDictionary<string, long> sizes) => Edges(sizes)
        .Count(edge => Seen(edge.Part, edge.Above) is { Count: < Often } seen && !seen.Contains(edge.Place));

    /// <summary>Counts the edges at these sizes as seen.</summary>
    public void Cover(IReadOnlyDictionary<string, long> sizes)
    {
        foreach (var (part, above, place) in Edges(sizes)) Seen(part, above).Add(place);
    }

    private HashSet<long> Seen(int part, bool above)
    {
        if (!_seen.TryGetValue((part, above), out var places)) _seen[(part, above)] = places = [];
        return places;
    }

    private IEnumerable<(int Part, bool Above, long Place)> Edges(IReadOnlyDictionary<string, long> sizes)
    {
        for (int part = 0; part < _parts.Count; part++)
        {
            var (distance, place) = Distance(part, sizes);
            if (distance == _least[part]) yield return (part, true, place);
            if (distance == _most[part]) yield return (part, false, place);
        }
    }

    // A quotient's or remainder's remainder and which multiple it is; by how much one number is the larger, and that number.
    private (long Distance, long Place) Distance(int part, IReadOnlyDictionary<string, long> sizes)
    {
        long left = _parts[part].Left.At(axis => sizes[axis.Symbol!]), right = _parts[part].Right.At(axis => sizes[axis.Symbol!]);
        return _parts[part].Operator is SizeOperator.Min or SizeOperator.Max ? (left - right, left)
            : (Math.Abs(left % right), left / right);
    }
}
