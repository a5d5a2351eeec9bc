namespace MaaS.Core.Generation.Grammars.Automata;

/// <summary>All the places where a text may stand after some bytes, with what follows, found when it is asked
/// for.</summary>
/// <param name="owner">The table that it belongs to.</param>
/// <param name="configurations">The places, each once, in order.</param>
/// <param name="isComplete">Whether the text may end here.</param>
/// <param name="isViable">Whether the vocabulary can bring the text to an end from here.</param>
/// <param name="classes">Kinds of bytes that the grammar tells apart.</param>
internal sealed class GrammarState(
    object owner, IReadOnlyList<Configuration> configurations, bool isComplete, bool isViable, int classes)
{
    /// <summary>What follows by kind of byte; null where it is not known yet.</summary>
    private GrammarState?[]? _next;
    private ulong[]? _mask;

    public object Owner => owner;

    public IReadOnlyList<Configuration> Configurations => configurations;

    public bool IsComplete => isComplete;

    public bool IsViable => isViable;

    /// <summary>Whether no byte may follow and the text may not end.</summary>
    public bool IsDead => configurations.Count == 0 && !isComplete;

    /// <summary>The tokens that may come, a bit for each id; null where it is not known yet.</summary>
    public ulong[]? Mask
    {
        get => Volatile.Read(ref _mask);
        set => Volatile.Write(ref _mask, value);
    }

    /// <summary>Whether the tokens that may come are too much work to find; remembered so that it is done
    /// once.</summary>
    public bool IsTooCostly { get; set; }

    public GrammarState? Next(int kind)
        => Volatile.Read(ref _next) is { } next ? Volatile.Read(ref next[kind]) : null;

    /// <summary>Remembers what follows; called by one thread at a time.</summary>
    /// <returns>Bytes of memory that it took.</returns>
    public int Connect(int kind, GrammarState next)
    {
        if (_next is { } table)
        {
            Volatile.Write(ref table[kind], next);
            return 0;
        }

        var made = new GrammarState?[classes];
        made[kind] = next;
        Volatile.Write(ref _next, made);
        return classes * 8;
    }
}
