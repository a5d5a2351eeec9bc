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
    private readonly GrammarState?[] _next = new GrammarState?[classes];
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

    public GrammarState? Next(int kind) => Volatile.Read(ref _next[kind]);

    public void Connect(int kind, GrammarState next) => Volatile.Write(ref _next[kind], next);
}
