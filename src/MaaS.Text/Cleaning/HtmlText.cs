using System.Net;
using System.Text;

namespace MaaS.Text.Cleaning;

/// <summary>
/// The text of an HTML document: tags, comments, scripts and styles go, entities become characters, and a link's
/// address stays behind its words. What holds no tag stays as it is.
/// </summary>
internal sealed class HtmlText : ICleaningStep
{
    // Their content is no text.
    private static readonly string[] Hidden = ["script", "style", "head", "template", "noscript"];

    // Words on their two sides stand apart; others, as <b>, may be in the middle of a word.
    private static readonly HashSet<string> Inline = new(StringComparer.OrdinalIgnoreCase)
        { "a", "b", "big", "em", "font", "i", "s", "small", "span", "strong", "strike", "sub", "sup", "tt", "u",
            "wbr" };

    public string Name => "html";

    public string Description => "text of HTML without tags, scripts and styles";

    public string Apply(string text)
    {
        var result = new StringBuilder(text.Length);
        var position = 0;
        var found = false;
        // Searched for once, not each time that one opens.
        var unclosed = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (position < text.Length)
        {
            var open = text.IndexOf('<', position);
            var end = open < 0 ? -1 : EndOfTag(text, open);
            if (open < 0)
            {
                break;
            }

            if (end < 0)
            {
                result.Append(text, position, open + 1 - position);   // A "less than".
                position = open + 1;
                continue;
            }

            found = true;
            result.Append(text, position, open - position);
            position = Tag(text, open, end, result, unclosed);
        }

        return found || text.Contains('&', StringComparison.Ordinal)
            ? WebUtility.HtmlDecode(result.Append(text, position, text.Length - position).ToString())
            : text;
    }

    // Writes what stands for a tag and returns where the text goes on.
    private static int Tag(string text, int open, int end, StringBuilder result, HashSet<string> unclosed)
    {
        if (text[open + 1] is '!' or '?')
        {
            return end;
        }

        var name = NameAt(text, text[open + 1] == '/' ? open + 2 : open + 1);
        if (!Inline.Contains(name))
        {
            result.Append('\n');
        }

        if (text[open + 1] == '/')
        {
            return end;
        }

        if (name.Equals("a", StringComparison.OrdinalIgnoreCase)
            && Link(text.AsSpan(open, end - open)) is { Length: > 0 } link)
        {
            result.Append(' ').Append(link).Append(' ');
        }

        if (!Hidden.Contains(name, StringComparer.OrdinalIgnoreCase) || unclosed.Contains(name))
        {
            return end;
        }

        var close = text.IndexOf($"</{name}", end, StringComparison.OrdinalIgnoreCase);
        var after = close < 0 ? -1 : EndOfTag(text, close);
        if (after < 0)
        {
            unclosed.Add(name);
            return end;
        }

        return after;
    }

    private static string NameAt(string text, int start)
    {
        var end = start;
        while (end < text.Length && char.IsAsciiLetterOrDigit(text[end]))
        {
            end++;
        }

        return text[start..end];
    }

    // Behind the '>' of a tag or comment that opens here; -1 where a '<' opens none.
    private static int EndOfTag(string text, int open)
    {
        if (open + 1 >= text.Length)
        {
            return -1;
        }

        if (string.CompareOrdinal(text, open, "<!--", 0, 4) == 0)
        {
            var comment = text.IndexOf("-->", open + 4, StringComparison.Ordinal);
            return comment < 0 ? text.Length : comment + 3;
        }

        var first = text[open + 1];
        var letter = first == '/' && open + 2 < text.Length ? text[open + 2] : first;
        if (!char.IsAsciiLetter(letter) && first is not ('!' or '?'))
        {
            return -1;
        }

        const int Longest = 1 << 12;   // A '<' without its '>' must not cost the length of the text each time.
        var limit = Math.Min(text.Length, open + Longest);
        var quote = '\0';
        for (var i = open + 2; i < limit; i++)
        {
            var c = text[i];
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '"' or '\'' && text[i - 1] == '=')
            {
                quote = c;
            }
            else if (c == '>')
            {
                return i + 1;
            }
            else if (c == '<')
            {
                return -1;
            }
        }

        // A quote that never closes: the first '>' ends the tag.
        var plain = quote == '\0' ? -1 : text.IndexOf('>', open, limit - open);
        return plain < 0 ? -1 : plain + 1;
    }

    private static string Link(ReadOnlySpan<char> tag)
    {
        var at = tag.IndexOf("href", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return "";
        }

        var value = tag[(at + 4)..].TrimStart();
        if (value is not ['=', ..])
        {
            return "";
        }

        value = value[1..].TrimStart();
        var end = value is ['"' or '\'', ..] ? value[1..].IndexOf(value[0]) : value.IndexOfAny(" \t\r\n>");
        return value is ['"' or '\'', ..]
            ? (end < 0 ? "" : value[1..(end + 1)].Trim().ToString())
            : value[..(end < 0 ? value.Length : end)].ToString();
    }
}
