namespace MaaS.Core.Generation.Batching;

/// <summary>Texts that wait for their turn: first those of the caller with the fewest texts under way, so that one
/// caller's many do not hold up another's one; of a caller those that had begun, and then the oldest.</summary>
internal sealed class WaitingSequences
{
    private readonly List<Sequence> _waiting = [];

    /// <summary>Number of texts that wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Lets a text wait.</summary>
    public void Add(Sequence sequence) => _waiting.Add(sequence);

    /// <summary>The text whose turn is next; null where none waits.</summary>
    /// <param name="running">Texts under way.</param>
    public Sequence? Next(IEnumerable<Sequence> running)
    {
        if (_waiting.Count == 0)
        {
            return null;
        }

        var busy = running.CountBy(static s => s.Caller ?? "").ToDictionary();
        return _waiting.MinBy(
            s => (busy.GetValueOrDefault(s.Caller ?? ""), s.Tokens.Count > s.PromptLength ? 0 : 1, s.Number));
    }

    /// <summary>Takes a text out.</summary>
    public void Remove(Sequence sequence) => _waiting.Remove(sequence);

    /// <summary>Takes out those for which nobody waits any more.</summary>
    public IReadOnlyList<Sequence> RemoveCancelled()
    {
        var cancelled = _waiting.FindAll(static s => s.IsCancelled);
        _waiting.RemoveAll(static s => s.IsCancelled);
        return cancelled;
    }

    /// <summary>Takes all out.</summary>
    public IReadOnlyList<Sequence> RemoveAll()
    {
        Sequence[] all = [.. _waiting];
        _waiting.Clear();
        return all;
    }
}
