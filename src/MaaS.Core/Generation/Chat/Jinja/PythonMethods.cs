using System.Collections.Frozen;
using System.Text;

namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>The methods of strings and dictionaries that templates may call.</summary>
internal static class PythonMethods
{
    private static readonly FrozenDictionary<string, TemplateFunction> OfText = new TemplateFunction[]
    {
        new("strip", "chars?", static (v, a) => PythonText.Strip((string)v!, a.TextOrNull("chars"))),
        new("lstrip", "chars?", static (v, a) => PythonText.Strip((string)v!, a.TextOrNull("chars"), right: false)),
        new("rstrip", "chars?", static (v, a) => PythonText.Strip((string)v!, a.TextOrNull("chars"), left: false)),
        new("split", "sep? maxsplit?", static (v, a) => TextSplitting.Split((string)v!, a, fromRight: false)),
        new("rsplit", "sep? maxsplit?", static (v, a) => TextSplitting.Split((string)v!, a, fromRight: true)),
        new("splitlines", "", static (v, a) => TextSplitting.Listed(Lines((string)v!), a.Run)),
        new("startswith", "prefix", static (v, a) => Affixes(a, "prefix").Any(
            p => ((string)v!).StartsWith(p, StringComparison.Ordinal))),
        new("endswith", "suffix", static (v, a) => Affixes(a, "suffix").Any(
            s => ((string)v!).EndsWith(s, StringComparison.Ordinal))),
        new("removeprefix", "prefix", static (v, a)
            => v is string t && t.StartsWith(a.Text("prefix"), StringComparison.Ordinal)
                ? t[a.Text("prefix").Length..] : v),
        new("removesuffix", "suffix", static (v, a)
            => v is string t && t.EndsWith(a.Text("suffix"), StringComparison.Ordinal)
                ? t[..^a.Text("suffix").Length] : v),
        new("upper", "", static (v, _) => Upper((string)v!)),
        new("lower", "", static (v, _) => Lower((string)v!)),
        new("title", "", static (v, _) => Title((string)v!)),
        new("capitalize", "", static (v, _) => Capitalize((string)v!)),
        new("replace", "old new count?", static (v, a) => Replace(
            (string)v!, a.Text("old"), a.Text("new"), a.Whole("count", -1), a.Run)),
        new("join", "parts", static (v, a) => TextSplitting.Join((string)v!, a)),
        new("find", "sub", static (v, a) => Find((string)v!, a.Text("sub"))),
        new("isdigit", "", static (v, _) => v is string { Length: > 0 } text && text.All(char.IsDigit)),
    }.ToFrozenDictionary(static m => m.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, TemplateFunction> OfDict = new TemplateFunction[]
    {
        new("items", "", static (v, a) => TextSplitting.Listed(
            ((DictValue)v!).Items.Select(static i => (object?)new[] { i.Key, i.Value }), a.Run)),
        new("keys", "", static (v, a) => TextSplitting.Listed(((DictValue)v!).Keys, a.Run)),
        new("values", "", static (v, a) => TextSplitting.Listed(((DictValue)v!).Values, a.Run)),
        new("get", "key default?", static (v, a) => ((DictValue)v!).TryGet(a.Value("key"), out var item)
            ? item : a.Value("default")),
    }.ToFrozenDictionary(static m => m.Name, StringComparer.Ordinal);

    /// <summary>Every name that a method has.</summary>
    public static FrozenSet<string> Names { get; } =
        OfText.Keys.Concat(OfDict.Keys).Append("cycle").ToFrozenSet(StringComparer.Ordinal);

    public static TemplateFunction? Find(object? value, string name) => value switch
    {
        string => OfText.GetValueOrDefault(name),
        DictValue => OfDict.GetValueOrDefault(name),
        _ => null,
    };

    public static string Upper(string text) => text.ToUpperInvariant();

    public static string Lower(string text) => text.ToLowerInvariant();

    public static string Capitalize(string text)
    {
        var first = text.Length > 1 && char.IsSurrogatePair(text, 0) ? 2 : Math.Min(1, text.Length);
        return Upper(text[..first]) + Lower(text[first..]);
    }

    /// <summary>A capital at the start of every run of letters.</summary>
    public static string Title(string text)
    {
        var (result, inWord) = (new StringBuilder(text.Length), false);
        foreach (var character in PythonValues.Characters(text))
        {
            result.Append(inWord ? Lower(character) : Upper(character));
            inWord = char.IsLetter(character, 0) && (Upper(character) != character || Lower(character) != character);
        }

        return result.ToString();
    }

    public static bool IsUpper(string text) => text.Any(char.IsUpper) && !text.Any(char.IsLower);

    public static bool IsLower(string text) => text.Any(char.IsLower) && !text.Any(char.IsUpper);

    public static string Replace(string text, string old, string replacement, long count, Rendering run)
    {
        var (result, from, done) = (new StringBuilder(), 0, 0L);
        while (count < 0 || done < count)
        {
            var at = old.Length > 0 ? text.IndexOf(old, from, StringComparison.Ordinal)
                : BetweenCharacters(text, from, done);
            if (at < 0)
            {
                break;
            }

            run.Make(replacement.Length + at - from);
            result.Append(text, from, at - from).Append(replacement);
            from = at + old.Length;
            done++;
        }

        run.Make(text.Length - from);
        return result.Append(text, from, text.Length - from).ToString();
    }

    /// <summary>Lines without their ends, at every line end that Python knows; a last one that is empty does not
    /// count.</summary>
    public static List<string> Lines(string text)
    {
        List<string> lines = [];
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '\n' or '\r' or '\v' or '\f' or (>= '\x1C' and <= '\x1E') or '\x85' or '\u2028' or '\u2029')
            {
                lines.Add(text[start..i]);
                i += text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? 1 : 0;
                start = i + 1;
            }
        }

        if (start < text.Length)
        {
            lines.Add(text[start..]);
        }

        return lines;
    }

    // Where an empty text is found: before the first character, then behind each.
    private static int BetweenCharacters(string text, int from, long done)
    {
        if (done == 0)
        {
            return 0;
        }

        return from >= text.Length ? -1 : from + (char.IsSurrogatePair(text, from) ? 2 : 1);
    }

    private static long Find(string text, string part)
    {
        var at = text.IndexOf(part, StringComparison.Ordinal);
        return at < 0 ? -1 : PythonValues.Length(text[..at]);
    }

    private static IEnumerable<string> Affixes(CallArguments a, string name) => a.Value(name) is object?[] several
        ? several.Select(s => s as string ?? throw new TemplateFault($"{a.Callee}: expected strings"))
        : [a.Text(name)];
}
