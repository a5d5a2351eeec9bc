namespace MaaS.Core.Generation.Grammars.Patterns;

/// <summary>A regular expression as an automaton over characters, with edges that take nothing (Thompson's
/// construction).</summary>
internal sealed class CharAutomaton
{
    private const int MaxStates = 60_000;
    private const int MaxEdges = 8 * MaxStates;

    private readonly List<List<(CharSet? Set, int To)>> _edges = [];
    private readonly string _place;
    private readonly CompileBudget _budget;
    private int _edgeCount;

    public CharAutomaton(PatternNode pattern, string place, CompileBudget budget)
    {
        (_place, _budget) = (place, budget);
        (Start, End) = (State(), State());
        Add(pattern, Start, End);
    }

    public int Start { get; }

    public int End { get; }

    public int Count => _edges.Count;

    /// <summary>Ways from a state; a set of null takes nothing.</summary>
    public IReadOnlyList<(CharSet? Set, int To)> Edges(int state) => _edges[state];

    private int State()
    {
        if (_edges.Count == MaxStates)
        {
            throw new SchemaFault(
                _place, $"a text's rules need more than {MaxStates:N0} states; lower its repetitions");
        }

        _edges.Add([]);
        return _edges.Count - 1;
    }

    private void Edge(int from, CharSet? set, int to)
    {
        if (_edgeCount++ == MaxEdges)
        {
            throw new SchemaFault(
                _place, $"a text's rules need more than {MaxEdges:N0} edges; lower its repetitions");
        }

        _edges[from].Add((set, to));
    }

    private void Add(PatternNode pattern, int from, int to)
    {
        _budget.Descend(_place);
        switch (pattern)
        {
            case PatternNode.Character character:
                Edge(from, character.Set, to);
                break;
            case PatternNode.Sequence sequence:
                foreach (var part in sequence.Parts)
                {
                    var next = State();
                    Add(part, from, next);
                    from = next;
                }

                Edge(from, null, to);
                break;
            case PatternNode.Choice choice:
                foreach (var option in choice.Options)
                {
                    Add(option, from, to);
                }

                break;
            case PatternNode.Repeat repeat:
                AddRepeat(repeat, from, to);
                break;
        }
    }

    private void AddRepeat(PatternNode.Repeat repeat, int from, int to)
    {
        for (var i = 0; i < repeat.Least; i++)
        {
            var next = State();
            Add(repeat.Part, from, next);
            from = next;
        }

        if (repeat.Most is null)
        {
            // A state of its own: what leads to the loop must not lead back from it.
            var loop = State();
            Edge(from, null, loop);
            Add(repeat.Part, loop, loop);
            Edge(loop, null, to);
            return;
        }

        for (var i = repeat.Least; i < repeat.Most; i++)
        {
            var next = State();
            Edge(from, null, to);
            Add(repeat.Part, from, next);
            from = next;
        }

        Edge(from, null, to);
    }
}
