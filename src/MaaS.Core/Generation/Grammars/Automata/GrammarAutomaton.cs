namespace MaaS.Core.Generation.Grammars.Automata;

/// <summary>A grammar as an automaton over bytes whose states are made when a text first reaches them. Safe for use by
/// many threads.</summary>
internal sealed class GrammarAutomaton
{
    /// <summary>About how much is remembered, states and their masks, before all is forgotten.</summary>
    public const long MaxBytes = 32L << 20;

    // Of a state, of each of its places with the stack around it, and what new ones cost beside their places.
    private const int StateBytes = 120, PlaceBytes = 64, StateWork = 16;

    private readonly RuleNetwork _network;
    private readonly RuleNeeds _needs;
    private readonly int _maxDepth;
    private readonly byte[] _kinds = new byte[256];
    private readonly int _kindCount;
    private readonly Lock _gate = new();
    private readonly int _start;
    private Dictionary<ConfigurationSet, GrammarState> _states = [];
    private object _owner = new();
    private long _bytes;

    /// <param name="network">A whole grammar.</param>
    /// <param name="root">The rule of a whole text.</param>
    /// <param name="needs">For what the vocabulary can write.</param>
    /// <param name="maxDepth">Levels of nesting, at least what the root needs.</param>
    public GrammarAutomaton(RuleNetwork network, Rule root, RuleNeeds needs, int maxDepth)
    {
        (_network, _needs, _maxDepth, _start) = (network, needs, maxDepth - root.Weight, root.Start);
        _kindCount = FindKinds();
        Dead = new(new object(), [], isComplete: false, isViable: false, _kindCount);
    }

    /// <summary>Where nothing leads on.</summary>
    private GrammarState Dead { get; }

    public GrammarState Start(GrammarWork work)
    {
        lock (_gate)
        {
            return Of([new(_start, null)], work);
        }
    }

    /// <summary>The state after a byte; a dead one where the byte may not come.</summary>
    /// <param name="state">Where the text stands.</param>
    /// <param name="value">The byte.</param>
    /// <param name="work">Pays for what is not known yet.</param>
    public GrammarState Next(GrammarState state, byte value, GrammarWork work)
    {
        var kind = _kinds[value];
        if (state.Next(kind) is { } known)
        {
            return known;
        }

        lock (_gate)
        {
            List<Configuration> moved = [];
            foreach (var (from, stack) in state.Configurations)
            {
                var edges = _network.Edges(from);
                work.Spend(edges.Count);
                foreach (var edge in edges)
                {
                    if (edge.IsByte && value >= edge.Low && value <= edge.High)
                    {
                        moved.Add(new(edge.Target, stack));
                    }
                }
            }

            var next = moved.Count == 0 ? Dead : Of(moved, work);
            _bytes += state.Connect(kind, next);
            return next;
        }
    }

    /// <summary>The state as the table of today has it: old ones are let go when too many are remembered.</summary>
    public GrammarState Renew(GrammarState state)
    {
        lock (_gate)
        {
            return ReferenceEquals(state.Owner, _owner) ? state : Intern([.. state.Configurations], state.IsComplete);
        }
    }

    /// <summary>The state whose tokens are a state's tokens, mostly itself.</summary>
    public GrammarState Like(GrammarState state)
    {
        var places = state.Configurations;
        Configuration[] alike = [.. places.Select(p => new Configuration(_network.Like(p.State), Like(p.Stack)))];
        if (alike.SequenceEqual(places))
        {
            return state;
        }

        Array.Sort(alike, InOrder);
        lock (_gate)
        {
            return Intern(alike, state.IsComplete);
        }
    }

    // Only the innermost rule is one of characters.
    private RuleStack? Like(RuleStack? stack)
        => stack is not null && _network.Like(stack.Back) is var back && back != stack.Back
            ? new(back, stack.Outer, stack.Depth) : stack;

    private static int InOrder(Configuration a, Configuration b) => a.State != b.State ? a.State.CompareTo(b.State)
        : (a.Stack?.GetHashCode() ?? 0).CompareTo(b.Stack?.GetHashCode() ?? 0);

    /// <summary>Remembers a state's mask.</summary>
    public void Keep(GrammarState state, ulong[] mask)
    {
        lock (_gate)
        {
            _bytes += state.Mask is null ? mask.Length * 8L : 0;
            state.Mask = mask;
        }
    }

    private void Forget() => (_states, _owner, _bytes) = ([], new(), 0);

    // All places that are reached without a byte; those that no byte leaves are left out.
    private GrammarState Of(List<Configuration> from, GrammarWork work)
    {
        HashSet<Configuration> seen = [];
        List<Configuration> open = [], places = [];
        var complete = false;
        void Add(int state, RuleStack? stack)
        {
            var place = new Configuration(state, stack);
            if (seen.Add(place))
            {
                open.Add(place);
            }
        }

        foreach (var (state, stack) in from)
        {
            Add(state, stack);
        }

        for (var i = 0; i < open.Count; i++)
        {
            var (state, stack) = open[i];
            if (_network.IsEnd(state))
            {
                complete |= stack is null;
                if (stack is not null)
                {
                    Add(stack.Back, stack.Outer);
                }
            }

            var byBytes = false;
            var depth = stack?.Depth ?? 0;
            var edges = _network.Edges(state);
            work.Spend(1 + edges.Count);
            foreach (var edge in edges)
            {
                byBytes |= edge.IsByte;
                if (edge.Empty)
                {
                    Add(edge.Target, stack);
                }
                else if (edge.Rule is { } rule && depth + rule.Weight + _needs[rule.Start] <= _maxDepth
                    && depth + _needs[edge.Target] <= _maxDepth)
                {
                    Add(rule.Start, new(edge.Target, stack, depth + rule.Weight));
                }
            }

            if (byBytes)
            {
                places.Add(open[i]);
            }
        }

        work.Spend(StateWork);
        places.Sort(InOrder);
        return places.Count == 0 && !complete ? Dead : Intern([.. places], complete);
    }

    private GrammarState Intern(Configuration[] places, bool complete)
    {
        var key = new ConfigurationSet(places, complete);
        if (_states.TryGetValue(key, out var known))
        {
            return known;
        }

        if (_bytes > MaxBytes)
        {
            Forget();
        }

        var viable = complete || places.Any(p => (p.Stack?.Depth ?? 0) + _needs[p.State] <= _maxDepth);
        var state = new GrammarState(_owner, places, complete, viable, _kindCount);
        _states.Add(key, state);
        _bytes += StateBytes + ((long)PlaceBytes * places.Length);
        return state;
    }

    // Bytes that every edge treats alike are of one kind.
    private int FindKinds()
    {
        var starts = new bool[257];
        starts[0] = true;
        for (var state = 0; state < _network.Count; state++)
        {
            foreach (var edge in _network.Edges(state))
            {
                if (edge.IsByte)
                {
                    starts[edge.Low] = starts[edge.High + 1] = true;
                }
            }
        }

        var kind = -1;
        for (var b = 0; b < 256; b++)
        {
            kind += starts[b] ? 1 : 0;
            _kinds[b] = (byte)kind;
        }

        return kind + 1;
    }
}
