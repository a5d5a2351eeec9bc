namespace MaaS.Core.Generation;

/// <summary>Turns tokens into text piece by piece; the pieces put together are the text of all tokens.</summary>
/// <param name="decode">Text of a sequence of tokens, with U+FFFD for bytes that form no character yet.</param>
/// <param name="context">Tokens that stand before the first, on which its text may depend.</param>
/// <remarks>A token's text can depend on the token before it (spaces) and end within a character: each piece is the
/// difference of two texts that begin one piece earlier, and waits until it ends with a whole character.</remarks>
internal sealed class IncrementalDecoder(
    Func<IReadOnlyList<long>, string> decode, IReadOnlyList<long>? context = null)
{
    // A character has at most four bytes: a text that still ends within one after so many tokens has bytes that form
    // none.
    private const int MaxPending = 4;

    private readonly List<long> _tokens = [.. context ?? []];
    private int _begin;
    private int _shown = context?.Count ?? 0;

    /// <summary>Adds a token and gives the text that is now certain.</summary>
    public string Add(long token)
    {
        _tokens.Add(token);
        return Piece(last: false);
    }

    /// <summary>What is left, with U+FFFD for a character that will never be complete.</summary>
    public string Finish() => Piece(last: true);

    private string Piece(bool last)
    {
        var before = decode(_tokens[_begin.._shown]);
        var text = decode(_tokens[_begin..]);
        var isOpen = text.Length > 0 && text[^1] == '\uFFFD' && !last && _tokens.Count - _shown < MaxPending;
        if (text.Length <= before.Length || isOpen)
        {
            return "";
        }

        (_begin, _shown) = (_shown, _tokens.Count);
        return text[before.Length..];
    }
}
