using System.Text;

namespace MaaS.Core.Generation.Grammars.Automata;

/// <summary>A grammar over bytes: automata that go through each other (a recursive transition network).</summary>
/// <param name="budget">For making it: each state and edge is a step.</param>
internal sealed class RuleNetwork(CompileBudget budget)
{
    /// <summary>States that a grammar may have.</summary>
    public const int MaxStates = 400_000;

    private const int MaxEdges = 4 * MaxStates;

    private readonly List<List<RuleEdge>> _edges = [];
    private readonly List<bool> _ends = [];
    private readonly Dictionary<int, int> _alike = [];
    private int _edgeCount;

    public CompileBudget Budget => budget;

    public List<Rule> Rules { get; } = [];

    public int Count => _edges.Count;

    public IReadOnlyList<RuleEdge> Edges(int state) => _edges[state];

    public bool IsEnd(int state) => _ends[state];

    public int State()
    {
        if (_edges.Count == MaxStates)
        {
            throw new SchemaFault(
                $"the grammar needs more than {MaxStates:N0} states; lower its bounds and repetitions");
        }

        budget.Spend("");
        _edges.Add([]);
        _ends.Add(false);
        return _edges.Count - 1;
    }

    /// <summary>Says that from two states the same bytes may follow as far as any token goes.</summary>
    public void Alike(int state, int earlier) => _alike[state] = earlier;

    /// <summary>The state whose tokens are a state's tokens: mostly itself.</summary>
    public int Like(int state) => _alike.GetValueOrDefault(state, state);

    public Rule Rule(string place, int weight = 0)
    {
        var rule = new Rule(place, State(), State(), weight);
        _ends[rule.End] = true;
        Rules.Add(rule);
        return rule;
    }

    public void Empty(int from, int to) => Add(from, new(0, 0, null, to, Empty: true));

    public void Through(int from, Rule rule, int to) => Add(from, new(0, 0, rule, to, Empty: false));

    public void Range(int from, byte low, byte high, int to) => Add(from, new(low, high, null, to, Empty: false));

    /// <summary>A way by bytes, one after the other.</summary>
    public void Literal(int from, ReadOnlySpan<byte> bytes, int to)
    {
        if (bytes.IsEmpty)
        {
            Empty(from, to);
            return;
        }

        for (var i = 0; i < bytes.Length; i++)
        {
            var next = i == bytes.Length - 1 ? to : State();
            Range(from, bytes[i], bytes[i], next);
            from = next;
        }
    }

    public void Literal(int from, string text, int to) => Literal(from, Encoding.UTF8.GetBytes(text), to);

    /// <summary>Ways by one of several texts, which share the states of what they begin with.</summary>
    public void Literals(int from, IEnumerable<byte[]> texts, int to)
    {
        byte[][] sorted = [.. texts];
        Array.Sort(sorted, static (a, b) => a.AsSpan().SequenceCompareTo(b));
        List<int> path = [from];
        byte[]? before = null;
        foreach (var text in sorted)
        {
            var shared = before.AsSpan().CommonPrefixLength(text);
            if (before is not null && shared == text.Length)
            {
                // The same once more: in this order, nothing else is the beginning of what came before.
                continue;
            }

            path.RemoveRange(shared + 1, path.Count - shared - 1);
            foreach (var value in text.AsSpan(shared))
            {
                var next = State();
                Range(path[^1], value, value, next);
                path.Add(next);
            }

            Empty(path[^1], to);
            before = text;
        }
    }

    /// <summary>A way by a text that may be followed by one space.</summary>
    public void LiteralAndSpace(int from, string text, int to)
    {
        var behind = State();
        Literal(from, text, behind);
        Literal(behind, " ", to);
        Empty(behind, to);
    }

    private void Add(int from, RuleEdge edge)
    {
        if (_edgeCount == MaxEdges)
        {
            throw new SchemaFault($"the grammar needs more than {MaxEdges:N0} edges; lower its bounds and repetitions");
        }

        budget.Spend("");
        _edgeCount++;
        _edges[from].Add(edge);
    }
}
