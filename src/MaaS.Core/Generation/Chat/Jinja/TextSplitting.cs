namespace MaaS.Core.Generation.Chat.Jinja;

/// <summary>Texts cut into lists and joined again, as Python does.</summary>
internal static class TextSplitting
{
    public static List<object?> Split(string text, CallArguments a, bool fromRight)
    {
        var most = a.Whole("maxsplit", -1);
        most = most < 0 ? long.MaxValue : most;
        if (a.TextOrNull("sep") is not { } separator)
        {
            return Listed(Words(text, most, fromRight), a.Run);
        }

        return separator.Length == 0 ? throw new TemplateFault($"{a.Callee}: the separator cannot be empty")
            : Listed(Parts(text, separator, most, fromRight), a.Run);
    }

    public static string Join(string separator, CallArguments a)
    {
        string[] texts = [.. PythonValues.Items(a.Value("parts")).Select(static (part, i) => part as string
            ?? throw PythonValues.Missing(part)
            ?? new TemplateFault($"join: expected strings, got {PythonValues.TypeName(part)} at {i}"))];
        a.Run.Make(texts.Sum(static t => (long)t.Length) + ((long)separator.Length * texts.Length));
        return string.Join(separator, texts);
    }

    public static List<object?> Listed(IEnumerable<object?> items, Rendering run)
    {
        List<object?> list = [.. items];
        run.Make(list.Count);
        return list;
    }

    private static IEnumerable<string> Parts(string text, string separator, long most, bool fromRight)
    {
        List<string> parts = [];
        var (from, to) = (0, text.Length);
        while (parts.Count < most)
        {
            var at = fromRight ? text.AsSpan(0, to).LastIndexOf(separator, StringComparison.Ordinal)
                : text.IndexOf(separator, from, StringComparison.Ordinal);
            if (at < 0)
            {
                break;
            }

            parts.Add(fromRight ? text[(at + separator.Length)..to] : text[from..at]);
            (from, to) = fromRight ? (from, at) : (at + separator.Length, to);
        }

        parts.Add(text[from..to]);
        return fromRight ? Enumerable.Reverse(parts) : parts;
    }

    // At runs of white space, none of which is part of a word.
    private static IEnumerable<string> Words(string text, long most, bool fromRight)
    {
        List<string> words = [];
        var (from, to) = (0, text.Length);
        while (true)
        {
            Trim(text, ref from, ref to);
            if (from == to)
            {
                break;
            }

            if (words.Count >= most)
            {
                // What is left keeps the white space at its far end.
                words.Add(fromRight ? text[..to] : text[from..]);
                break;
            }

            var (start, end) = (from, to);
            Word(text, ref start, ref end, fromRight);
            words.Add(text[start..end]);
            (from, to) = fromRight ? (from, start) : (end, to);
        }

        return fromRight ? Enumerable.Reverse(words) : words;
    }

    private static void Trim(string text, ref int from, ref int to)
    {
        while (from < to && PythonText.IsSpace(text[from]))
        {
            from++;
        }

        while (to > from && PythonText.IsSpace(text[to - 1]))
        {
            to--;
        }
    }

    // Narrows a range that begins and ends with words to its first or last word.
    private static void Word(string text, ref int start, ref int end, bool last)
    {
        var at = last ? end - 1 : start;
        while (at >= start && at < end && !PythonText.IsSpace(text[at]))
        {
            at += last ? -1 : 1;
        }

        (start, end) = last ? (at + 1, end) : (start, at);
    }
}
