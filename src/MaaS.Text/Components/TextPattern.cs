using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using MaaS.Text.Unicode;

namespace MaaS.Text.Components;

/// <summary>What Replace and Split look for: a fixed text or a regular expression.</summary>
/// <remarks>
/// .NET's regular expressions see UTF-16 units, tokenizer.json means code points. So the expression runs on a copy in
/// which one unit stands for each code point: itself up to U+FFFF, beyond it a rare character of the same category.
/// </remarks>
internal sealed class TextPattern
{
    // Those of published tokenizers have a few hundred. .NET's memory for one grows with the square: 20,000 characters
    // of alternatives took 182 MiB.
    private const int LongestExpression = 4096;

    private readonly string _text;
    private readonly Regex? _regex;

    private TextPattern(string text, Regex? regex) => (_text, _regex) = (text, regex);

    public static TextPattern Literal(string text) => new(text, null);

    public static TextPattern Read(ComponentJson json)
    {
        if (json.Element.ValueKind == JsonValueKind.String)
        {
            return Literal(json.AsString());
        }

        if (json.StringOrNull("String") is { } text)
        {
            return Literal(text);
        }

        var expression = json.String("Regex");
        if (expression.Any(char.IsSurrogate) || expression.Length > LongestExpression)
        {
            throw json.Fault($"a regular expression of at most {LongestExpression} characters up to U+FFFF");
        }

        try
        {
            return new(
                expression,
                new Regex(WithUnicodeWords(expression), RegexOptions.CultureInvariant | RegexOptions.Compiled));
        }
        catch (RegexParseException e)
        {
            throw new InvalidDataException(
                $"tokenizer.json: {json.Path}: expected a regular expression that .NET knows, got {expression}: "
                    + $"{e.Message}", e);
        }
    }

    public void Write(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject(name);
        writer.WriteString(_regex is null ? "String" : "Regex", _text);
        writer.WriteEndObject();
    }

    /// <summary>The non-empty matches in a text, in order, as ranges of it.</summary>
    public IEnumerable<(int Start, int End)> Matches(ReadOnlySpan<char> text) =>
        _regex is null
            ? Find(text) : text.ContainsAnyInRange('\uD800', '\uDFFF') ? MatchesByCodePoint(text) : Match(text);

    // \w in .NET lacks the marks that belong to words of many languages (UTS #18).
    private static string WithUnicodeWords(string expression)
    {
        const string Words = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}";
        var (result, inClass) = (new StringBuilder(), false);
        for (var i = 0; i < expression.Length; i++)
        {
            var c = expression[i];
            if (c != '\\' || i + 1 == expression.Length)
            {
                inClass = inClass ? c != ']' : c == '[';
                result.Append(c);
                continue;
            }

            var escaped = expression[++i];
            result.Append(escaped switch
            {
                'w' => inClass ? Words : $"[{Words}]",
                'W' when !inClass => $"[^{Words}]",
                _ => $"\\{escaped}",
            });
        }

        return result.ToString();
    }

    private List<(int Start, int End)> Find(ReadOnlySpan<char> text)
    {
        List<(int, int)> found = [];
        if (_text.Length == 0)
        {
            return found;
        }

        for (var start = 0; text[start..].IndexOf(_text, StringComparison.Ordinal) is >= 0 and var next;)
        {
            found.Add((start + next, start + next + _text.Length));
            start += next + _text.Length;
        }

        return found;
    }

    private List<(int Start, int End)> Match(ReadOnlySpan<char> text)
    {
        List<(int, int)> found = [];
        foreach (var match in _regex!.EnumerateMatches(text))
        {
            if (match.Length > 0)
            {
                found.Add((match.Index, match.Index + match.Length));
            }
        }

        return found;
    }

    private IEnumerable<(int Start, int End)> MatchesByCodePoint(ReadOnlySpan<char> text)
    {
        var shadow = new char[text.Length];
        var starts = new int[text.Length + 1];
        var count = 0;
        for (int i = 0, width; i < text.Length; i += width)
        {
            var codePoint = CharClasses.CodePointAt(text, i, out width);
            shadow[count] = width == 1 ? text[i] : StandIns.For(codePoint);
            starts[count++] = i;
        }

        starts[count] = text.Length;
        return Match(shadow.AsSpan(0, count)).Select(m => (starts[m.Start], starts[m.End]));
    }
}
