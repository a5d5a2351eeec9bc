using MaaS.Text.Unicode;


namespace MaaS.Text.Models;

/// <summary>Cuts a word into the tokens that merging starts from: its characters, bytes or the unknown token.</summary>
internal sealed class BpeSymbols
{
    private readonly Vocabulary _vocabulary;
    private readonly BpeOptions _options;
    private readonly int[]? _bytes;
    private readonly int? _unknownId;

    public BpeSymbols(Vocabulary vocabulary, BpeOptions options)
    {
        (_vocabulary, _options) = (vocabulary, options);
        _bytes = options.ByteFallback ? ByteTokens.Ids(vocabulary) : null;
        _unknownId = options.Unknown is { } token ? vocabulary.Require(token, "BPE: unk_token") : null;
    }

    public List<BpePart> Of(ReadOnlySpan<char> word)
    {
        var parts = new List<BpePart>(word.Length);
        var afterUnknown = false;
        Span<char> affixed = stackalloc char[2 + _options.ContinuingPrefix.Length + _options.WordSuffix.Length];
        for (int start = 0, width; start < word.Length; start += width)
        {
            CharClasses.CodePointAt(word, start, out width);
            var end = start + width;
            var symbol = WithAffixes(word, start, end, affixed);
            var known = _vocabulary.TryGetId(symbol, out var id);
            if (known)
            {
                parts.Add(new(id, start, end));
            }
            else if (_bytes is null || !TryAddBytes(_bytes, symbol, start, end, parts))
            {
                if (_unknownId is not { } unknown)
                {
                    continue;
                }

                if (afterUnknown && _options.FuseUnknown)
                {
                    parts[^1] = parts[^1] with { End = end };
                }
                else
                {
                    parts.Add(new(unknown, start, end));
                }

                afterUnknown = true;
                continue;
            }

            afterUnknown = false;
        }

        return parts;
    }

    private ReadOnlySpan<char> WithAffixes(ReadOnlySpan<char> word, int start, int end, Span<char> buffer)
    {
        var prefix = start > 0 ? _options.ContinuingPrefix : "";
        var suffix = end == word.Length ? _options.WordSuffix : "";
        if (prefix.Length + suffix.Length == 0)
        {
            return word[start..end];
        }

        prefix.CopyTo(buffer);
        word[start..end].CopyTo(buffer[prefix.Length..]);
        suffix.CopyTo(buffer[(prefix.Length + end - start)..]);
        return buffer[..(prefix.Length + end - start + suffix.Length)];
    }

    private static bool TryAddBytes(int[] bytes, ReadOnlySpan<char> symbol, int start, int end, List<BpePart> parts)
    {
        var before = parts.Count;
        Span<byte> utf8 = stackalloc byte[4];
        foreach (var rune in symbol.EnumerateRunes())
        {
            for (int i = 0, count = rune.EncodeToUtf8(utf8); i < count; i++)
            {
                if (bytes[utf8[i]] < 0)
                {
                    parts.RemoveRange(before, parts.Count - before);
                    return false;
                }

                parts.Add(new(bytes[utf8[i]], start, end));
            }
        }

        return true;
    }
}
