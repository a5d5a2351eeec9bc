using System.Text;
using System.Text.RegularExpressions;

namespace MaaS.Text.Cleaning;

/// <summary>The header fields of a message or of one of its parts, as far as decoding needs them.</summary>
internal sealed partial class MailHeaders
{
    private readonly Dictionary<string, StringBuilder> _fields = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Number of header fields.</summary>
    public int Count => _fields.Count;

    /// <summary>Decoded; null without one.</summary>
    public string? Subject => _fields.TryGetValue("Subject", out var subject) ? DecodeWords(subject.ToString()) : null;

    /// <summary>Media type, lower case; <c>text/plain</c> where none is given.</summary>
    public string Type
        => FirstWord("Content-Type") is { Length: > 0 } type && type.Contains('/', StringComparison.Ordinal)
        ? type : "text/plain";

    /// <summary>Transfer encoding, lower case, as <c>base64</c>.</summary>
    public string Encoding => FirstWord("Content-Transfer-Encoding");

    /// <summary>As <c>attachment</c>.</summary>
    public string Disposition => FirstWord("Content-Disposition");

    public string? Charset => Parameter("charset");

    public string? Boundary => Parameter("boundary");

    /// <summary>Splits a text into its header fields and what follows the first empty line; without fields all is
    /// body.</summary>
    public static (MailHeaders Headers, string Body) Read(string text)
    {
        var headers = new MailHeaders();
        StringBuilder? value = null;   // Of the field that lines which start with white space go on with.
        var position = 0;
        while (position < text.Length)
        {
            var line = Line(text, position, out var next);
            if (line.IsEmpty)
            {
                return (headers, text[next..]);
            }

            if (line[0] is ' ' or '\t' && value is not null)
            {
                value.Append(' ').Append(line.Trim());
            }
            else if (position > 0 || !line.StartsWith("From "))   // The first line of a mailbox file is no field.
            {
                var colon = line.IndexOf(':');
                if (colon <= 0 || line[..colon].ContainsAnyExceptInRange('!', '~'))
                {
                    return headers.Count > 1 ? (headers, text[position..]) : (new MailHeaders(), text);
                }

                // A field that stands twice keeps its first value.
                value = new StringBuilder().Append(line[(colon + 1)..].Trim());
                headers._fields.TryAdd(line[..colon].ToString(), value);
            }

            position = next;
        }

        return headers.Count > 1 ? (headers, "") : (new MailHeaders(), text);
    }

    private static ReadOnlySpan<char> Line(string text, int start, out int next)
    {
        var end = text.IndexOf('\n', start);
        next = end < 0 ? text.Length : end + 1;
        return text.AsSpan(start, (end < 0 ? text.Length : end) - start).TrimEnd('\r');
    }

    private string FirstWord(string field)
        => _fields.TryGetValue(field, out var value) ? LowerCase(value.ToString().Split(';')[0].Trim()) : "";

    // As charset="utf-8" in Content-Type: text/plain; charset="utf-8".
    private string? Parameter(string name)
    {
        if (!_fields.TryGetValue("Content-Type", out var value))
        {
            return null;
        }

        foreach (Match match in Parameters().Matches(value.ToString()))
        {
            if (match.Groups["name"].Value.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return match.Groups["quoted"] is { Success: true } quoted ? quoted.Value : match.Groups["plain"].Value;
            }
        }

        return null;
    }

    // =?charset?B?…?= and =?charset?Q?…?=; white space between two encoded words is no part of the text.
    private static string DecodeWords(string value)
        => EncodedWord().Replace(EncodedGap().Replace(value, "?==?"), static m => MailParts.Decode(
            m.Groups["kind"].Value is "q" or "Q" ? m.Groups["text"].Value.Replace('_', ' ') : m.Groups["text"].Value,
            m.Groups["kind"].Value is "q" or "Q" ? "quoted-printable" : "base64",
            m.Groups["charset"].Value));

    [GeneratedRegex(
        @";\s*(?<name>[A-Za-z\-]+)\s*=\s*(?:""(?<quoted>[^""]*)""|(?<plain>[^\s;]+))", RegexOptions.CultureInvariant)]
    private static partial Regex Parameters();

    [GeneratedRegex(
        @"=\?(?<charset>[^?\s]{1,60})\?(?<kind>[bBqQ])\?(?<text>[^?]{0,2000})\?=", RegexOptions.CultureInvariant)]
    private static partial Regex EncodedWord();

    [GeneratedRegex(@"\?=\s+=\?", RegexOptions.CultureInvariant)]
    private static partial Regex EncodedGap();

#pragma warning disable CA1308 // Names of types and encodings are lower case.
    private static string LowerCase(string text) => text.ToLowerInvariant();
#pragma warning restore CA1308
}
