namespace MaaS.Core.Generation.Grammars.Automata;

/// <summary>How deep nesting must still go from each state of a network to the end of its rule, at the least; without
/// end where no way leads there.</summary>
internal sealed class RuleNeeds
{
    /// <summary>No way leads to the end.</summary>
    public const int Never = 1 << 20;

    private readonly RuleNetwork _network;
    private readonly int[] _needs;
    private readonly Func<byte, bool> _writable;
    private readonly ByteTrie? _characters;

    /// <param name="network">A whole grammar.</param>
    /// <param name="writable">Bytes that can be written one at a time.</param>
    /// <param name="characters">Characters that can be written at once though not byte by byte; null for none.</param>
    public RuleNeeds(RuleNetwork network, Func<byte, bool> writable, ByteTrie? characters = null)
    {
        (_network, _writable, _characters) = (network, writable, characters);
        _needs = new int[network.Count];
        Array.Fill(_needs, Never);
        bool changed;
        do
        {
            changed = false;
            // Later states mostly follow earlier ones, so that few passes do.
            for (var state = _needs.Length - 1; state >= 0; state--)
            {
                var need = Compute(state);
                changed |= need < _needs[state];
                _needs[state] = Math.Min(need, _needs[state]);
            }
        }
        while (changed);
    }

    public int this[int state] => _needs[state];

    private int Compute(int state)
    {
        if (_network.IsEnd(state))
        {
            return 0;
        }

        var least = Never;
        foreach (var edge in _network.Edges(state))
        {
            var need = edge.Empty ? _needs[edge.Target]
                : edge.Rule is { } rule ? Math.Max(rule.Weight + _needs[rule.Start], _needs[edge.Target])
                : _needs[edge.Target] < least && CanWrite(edge) ? _needs[edge.Target] : Never;
            least = Math.Min(least, need);
        }

        return _characters is not null && least == Never ? Math.Min(least, ByCharacters(state, 0)) : least;
    }

    private bool CanWrite(RuleEdge edge)
    {
        for (int b = edge.Low; b <= edge.High; b++)
        {
            if (_writable((byte)b))
            {
                return true;
            }
        }

        return false;
    }

    // By a character of several bytes that one token writes.
    private int ByCharacters(int state, int node)
    {
        var least = Never;
        for (var child = node + 1; child < _characters!.End(node); child = _characters.End(child))
        {
            foreach (var edge in _network.Edges(state))
            {
                if (edge.IsByte && _characters.Label(child) >= edge.Low && _characters.Label(child) <= edge.High)
                {
                    least = Math.Min(
                        least,
                        _characters.Tokens(child).IsEmpty ? ByCharacters(edge.Target, child) : _needs[edge.Target]);
                }
            }

            if (least == 0)
            {
                return least;
            }
        }

        return least;
    }
}
