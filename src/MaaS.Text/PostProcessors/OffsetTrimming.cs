using MaaS.Text.Models;
using MaaS.Text.Unicode;

namespace MaaS.Text.PostProcessors;

/// <summary>Leaves the spaces that byte-level tokens carry out of the ranges they name.</summary>
internal static class OffsetTrimming
{
    public static void Trim(TokenRun run, Func<int, string> token, bool addPrefixSpace)
    {
        var origins = run.Origins;
        for (var i = 0; i < origins.Length; i++)
        {
            var text = token(run.Ids[i]).AsSpan();
            var leading = text.Length - TrimStart(text).Length;
            var trailing = text.Length - TrimEnd(text).Length;
            var (start, end) = (origins[i].Start, origins[i].End);

            // The space before the first word was added, so no original character belongs to it.
            if (leading > 0 && addPrefixSpace && (i == 0 || start == 0))
            {
                if (leading == text.Length)
                {
                    end = start;
                }

                leading = 0;
            }

            start = Math.Min(start + leading, end);
            if (end >= trailing)
            {
                end = Math.Max(end - trailing, start);
            }

            origins[i] = new(start, end);
        }
    }

    private static ReadOnlySpan<char> TrimStart(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && IsSpace(text[0]))
        {
            text = text[1..];
        }

        return text;
    }

    private static ReadOnlySpan<char> TrimEnd(ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && IsSpace(text[^1]))
        {
            text = text[..^1];
        }

        return text;
    }

    private static bool IsSpace(char c) => c == ByteAlphabet.Space || char.IsWhiteSpace(c);
}
