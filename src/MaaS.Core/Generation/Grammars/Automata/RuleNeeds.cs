namespace MaaS.Core.Generation.Grammars.Automata;

/// <summary>How deep nesting must still go from each state of a network to the end of its rule, at the least; without
/// end where no way leads there.</summary>
/// <remarks>Knuth, A generalization of Dijkstra's algorithm, 1977: states are settled in the order of what they need,
/// each edge is looked at once or twice.</remarks>
internal sealed class RuleNeeds
{
    /// <summary>No way leads to the end.</summary>
    public const int Never = 1 << 20;

    private readonly RuleNetwork _network;
    private readonly int[] _needs;
    private readonly int[] _writableBelow = new int[257];
    private readonly ByteTrie? _characters;

    /// <param name="network">A whole grammar.</param>
    /// <param name="writable">Bytes that can be written one at a time.</param>
    /// <param name="characters">Characters that can be written at once though not byte by byte; null for none.</param>
    public RuleNeeds(RuleNetwork network, Func<byte, bool> writable, ByteTrie? characters = null)
    {
        (_network, _characters) = (network, characters);
        for (var b = 0; b < 256; b++)
        {
            _writableBelow[b + 1] = _writableBelow[b] + (writable((byte)b) ? 1 : 0);
        }

        _needs = new int[network.Count];
        Array.Fill(_needs, Never);
        Settle(Ways());
    }

    public int this[int state] => _needs[state];

    // Rule is null for what takes no nesting; a rule stands twice, by its start and by its target.
    private readonly record struct Way(int After, int From, Rule? Rule, int Target);

    private List<Way> Ways()
    {
        List<Way> ways = [];
        for (var state = 0; state < _needs.Length; state++)
        {
            var wide = false;
            foreach (var edge in _network.Edges(state))
            {
                if (edge.Rule is { } rule)
                {
                    ways.Add(new(rule.Start, state, rule, edge.Target));
                    ways.Add(new(edge.Target, state, rule, edge.Target));
                }
                else if (edge.Empty || _writableBelow[edge.High + 1] > _writableBelow[edge.Low])
                {
                    ways.Add(new(edge.Target, state, null, edge.Target));
                }

                wide |= edge.IsByte && edge.High >= 0xC2;
            }

            if (wide && _characters is not null)
            {
                AddCharacters(ways, state, state, 0);
            }
        }

        return ways;
    }

    // By a character of several bytes that one token writes.
    private void AddCharacters(List<Way> ways, int from, int state, int node)
    {
        for (var child = node + 1; child < _characters!.End(node); child = _characters.End(child))
        {
            foreach (var edge in _network.Edges(state))
            {
                _network.Budget.Spend("");
                if (!edge.IsByte || _characters.Label(child) < edge.Low || _characters.Label(child) > edge.High)
                {
                    continue;
                }

                if (_characters.Tokens(child).IsEmpty)
                {
                    AddCharacters(ways, from, edge.Target, child);
                }
                else if (ways.Count == 0 || ways[^1].From != from || ways[^1].After != edge.Target)
                {
                    ways.Add(new(edge.Target, from, null, edge.Target));
                }
            }
        }
    }

    // Ways by the state that they come after, and where each state's end; they begin where the one's before end.
    private static (Way[] Ways, int[] Ends) Sorted(List<Way> ways, int states)
    {
        var ends = new int[states + 1];
        foreach (var way in ways)
        {
            ends[way.After + 1]++;
        }

        for (var state = 0; state < states; state++)
        {
            ends[state + 1] += ends[state];
        }

        // Each entry begins as its state's first place and has come to its end when all are placed.
        var sorted = new Way[ways.Count];
        foreach (var way in ways)
        {
            sorted[ends[way.After]++] = way;
        }

        return (sorted, ends);
    }

    private void Settle(List<Way> all)
    {
        var (ways, ends) = Sorted(all, _needs.Length);
        var settled = new bool[_needs.Length];
        List<int> here = [], deeper = [];
        for (var state = 0; state < _needs.Length; state++)
        {
            if (_network.IsEnd(state))
            {
                _needs[state] = 0;
                here.Add(state);
            }
        }

        for (var level = 0; here.Count > 0; level++)
        {
            for (var i = 0; i < here.Count; i++)
            {
                var state = here[i];
                if (settled[state])
                {
                    continue;
                }

                settled[state] = true;
                for (var w = state == 0 ? 0 : ends[state - 1]; w < ends[state]; w++)
                {
                    var (_, from, rule, target) = ways[w];
                    var need = rule is null ? level
                        : settled[rule.Start] && settled[target]
                            ? Math.Max(rule.Weight + _needs[rule.Start], _needs[target]) : Never;
                    if (need < _needs[from])
                    {
                        _needs[from] = need;
                        (need == level ? here : deeper).Add(from);
                    }
                }
            }

            (here, deeper) = (deeper, []);
        }
    }
}
