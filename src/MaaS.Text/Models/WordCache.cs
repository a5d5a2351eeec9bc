namespace MaaS.Text.Models;

/// <summary>Remembers how words were cut: a fixed number of slots, the later word of a slot takes it. Needs no
/// lock.</summary>
internal sealed class WordCache
{
    private const int Slots = 1 << 15;

    private readonly Entry?[] _entries = new Entry?[Slots];

    /// <summary>The slot of a word; it may hold another word.</summary>
    public ref Entry? Slot(ReadOnlySpan<char> word) => ref _entries[string.GetHashCode(word) & (Slots - 1)];

    public sealed record Entry(string Word, BpePart[] Parts);
}
