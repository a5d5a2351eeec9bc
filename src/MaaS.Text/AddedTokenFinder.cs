using System.Buffers;
using MaaS.Text.Models;
using MaaS.Text.Unicode;

namespace MaaS.Text;

/// <summary>Finds added tokens in a text: the leftmost, the longest where several start.</summary>
internal sealed class AddedTokenFinder
{
    private readonly CharTrie _trie = new();
    private readonly SearchValues<char> _firstUnits;
    private readonly AddedToken[] _tokens;

    /// <param name="tokens">With the text that stands for each, which is not empty.</param>
    public AddedTokenFinder(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        var all = tokens.ToArray();
        _tokens = [.. all.Select(static t => t.Token)];
        for (var i = 0; i < all.Length; i++)
        {
            _trie.Add(all[i].Text, i);
        }

        _firstUnits = SearchValues.Create([.. all.Select(static t => t.Text[0]).Distinct()]);
    }

    /// <summary>The whole text as ranges in order, each a token or text between tokens (null).</summary>
    /// <param name="text">What is split.</param>
    /// <param name="special">Where special tokens count, in places of the text as given.</param>
    /// <param name="origins">Knows those places; null where this is the text as given.</param>
    public List<(AddedToken? Token, int Start, int End)> Split(
        ReadOnlySpan<char> text, SpecialTokens special, TextBuffer? origins = null)
    {
        List<(AddedToken?, int, int)> parts = [];
        var done = 0;
        for (var from = 0; Next(text, from) is { } match;)
        {
            var (start, end) = (match.Start, match.End);
            from = end;
            if ((match.Token.Special && !MayStand(special, origins, start, end))
                || (match.Token.SingleWord && TouchesWord(text, start, end)))
            {
                continue;
            }

            while (match.Token.LeftStrip && start > done && char.IsWhiteSpace(text[start - 1]))
            {
                start--;
            }

            while (match.Token.RightStrip && end < text.Length && char.IsWhiteSpace(text[end]))
            {
                end++;
            }

            if (start < done)
            {
                continue;
            }

            if (start > done)
            {
                parts.Add((null, done, start));
            }

            parts.Add((match.Token, start, end));
            done = end;
        }

        if (done < text.Length)
        {
            parts.Add((null, done, text.Length));
        }

        return parts;
    }

    /// <summary>Whether no token can be in a text.</summary>
    public bool IsAbsent(ReadOnlySpan<char> text) => !text.ContainsAny(_firstUnits);

    private (AddedToken Token, int Start, int End)? Next(ReadOnlySpan<char> text, int from)
    {
        while (text[from..].IndexOfAny(_firstUnits) is >= 0 and var skipped)
        {
            var start = from + skipped;
            var (node, found, end) = (CharTrie.Root, CharTrie.None, start);
            for (var i = start; i < text.Length; i++)
            {
                node = _trie.Next(node, text[i]);
                if (node == CharTrie.None)
                {
                    break;
                }

                if (_trie.Value(node) is >= 0 and var value)
                {
                    (found, end) = (value, i + 1);
                }
            }

            if (found != CharTrie.None)
            {
                return (_tokens[found], start, end);
            }

            from = start + 1;
        }

        return null;
    }

    private static bool MayStand(SpecialTokens special, TextBuffer? origins, int start, int end)
    {
        if (special.Breaks is null || origins is null)
        {
            return special.MayStand(start, end);
        }

        var origin = origins.Origin(start, end);
        return special.MayStand(origin.Start, origin.End);
    }

    private static bool TouchesWord(ReadOnlySpan<char> text, int start, int end)
    {
        var before = start > 1 && char.IsSurrogatePair(text[start - 2], text[start - 1]) ? start - 2 : start - 1;
        return (start > 0 && CharClasses.At(text, before, out _).Is(CharClass.Word))
            || (end < text.Length && CharClasses.At(text, end, out _).Is(CharClass.Word));
    }
}
