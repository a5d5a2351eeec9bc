namespace MaaS.Core.Generation.Grammars;

/// <summary>The grammars of a tokenizer that were asked for last, by what they were made of. Safe for use by many
/// threads.</summary>
internal sealed class GrammarCache
{
    /// <summary>Grammars that are kept; each remembers at most
    /// <see cref="Automata.GrammarAutomaton.MaxBytes"/>.</summary>
    public const int Capacity = 16;

    private readonly Lock _gate = new();

    // Those used last come last.
    private readonly List<(string Key, GrammarConstraint Grammar)> _grammars = [];

    /// <summary>The grammar of a key; null where there is none.</summary>
    public GrammarConstraint? Find(string key)
    {
        lock (_gate)
        {
            var at = _grammars.FindIndex(g => g.Key == key);
            if (at < 0)
            {
                return null;
            }

            var found = _grammars[at];
            _grammars.RemoveAt(at);
            _grammars.Add(found);
            return found.Grammar;
        }
    }

    /// <summary>Keeps a grammar, in place of the one that was not used for longest.</summary>
    public void Add(string key, GrammarConstraint grammar)
    {
        lock (_gate)
        {
            _grammars.RemoveAll(g => g.Key == key);
            if (_grammars.Count == Capacity)
            {
                _grammars.RemoveAt(0);
            }

            _grammars.Add((key, grammar));
        }
    }
}
