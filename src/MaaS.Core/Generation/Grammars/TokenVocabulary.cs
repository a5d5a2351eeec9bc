using System.Runtime.CompilerServices;
using MaaS.Core.Generation.Grammars.Automata;
using MaaS.Text;

namespace MaaS.Core.Generation.Grammars;

/// <summary>A tokenizer's tokens as grammars see them: by their bytes. One for each tokenizer, kept as long as it
/// is.</summary>
internal sealed class TokenVocabulary
{
    private static readonly ConditionalWeakTable<Tokenizer, TokenVocabulary> Known = [];

    private readonly byte[]?[] _first;
    private readonly byte[]?[] _rest;

    private TokenVocabulary(Tokenizer tokenizer)
    {
        Size = tokenizer.VocabSize;
        _first = [.. Enumerable.Range(0, Size).Select(id => NotEmpty(tokenizer.BytesOf(id, first: true)))];
        _rest = [.. Enumerable.Range(0, Size).Select(id => NotEmpty(tokenizer.BytesOf(id)))];
        Rest = new(Tokens(_rest));
        var same = Enumerable.Range(0, Size).All(
            id => _first[id] is { } f ? _rest[id] is { } r && f.AsSpan().SequenceEqual(r) : _rest[id] is null);
        First = same ? Rest : new(Tokens(_first));
        Single = new int[256];
        foreach (var bytes in _rest)
        {
            Single[bytes is [var only] ? only : 0] += bytes is [_] ? 1 : 0;
        }

        Longest = _first.Concat(_rest).Max(static b => b?.Length ?? 0);
        Characters = Single.All(static n => n > 0) ? null : new(Tokens(_rest).Where(static t => IsCharacter(t.Bytes)));
    }

    /// <summary>Grammars over it.</summary>
    public GrammarCache Grammars { get; } = new();

    /// <summary>One more than the largest id.</summary>
    public int Size { get; }

    /// <summary>Tokens as a text begins with them.</summary>
    public ByteTrie First { get; }

    /// <summary>Tokens as they follow others.</summary>
    public ByteTrie Rest { get; }

    /// <summary>Bytes of the longest token.</summary>
    public int Longest { get; }

    /// <summary>How many tokens are each byte alone.</summary>
    public int[] Single { get; }

    /// <summary>Tokens that are one character of several bytes, for vocabularies that lack bytes; null for
    /// others.</summary>
    public ByteTrie? Characters { get; }

    public static TokenVocabulary Of(Tokenizer tokenizer)
        => Known.GetValue(tokenizer, static t => new TokenVocabulary(t));

    /// <summary>The bytes of a token; null where it has none.</summary>
    public byte[]? BytesOf(long id, bool first)
        => id >= 0 && id < Size ? (first ? _first : _rest)[id] : null;

    private static byte[]? NotEmpty(byte[]? bytes) => bytes is { Length: > 0 } ? bytes : null;

    private static IEnumerable<(byte[] Bytes, int Id)> Tokens(byte[]?[] all)
        => all.Index().Where(static t => t.Item is not null).Select(static t => (t.Item!, t.Index));

    private static bool IsCharacter(byte[] bytes) => bytes.Length is 2 or 3 or 4
        && System.Text.Rune.DecodeFromUtf8(bytes, out _, out var used) == System.Buffers.OperationStatus.Done
        && used == bytes.Length;
}
