using System.Text;
using MaaS.Onnx;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Tabular.Features;

/// <summary>Writes how often each of some words stands in a row, whatever the case of its letters.</summary>
/// <remarks>ONNX lower-cases by the locales that the C library of the machine has. The locale C is on every machine and
/// knows A to Z alone; which other letters become which is .NET's knowledge, written into the graph.</remarks>
internal static class WordCounts
{
    // Words with more forms, as long ones in Greek or Cyrillic, are matched letter by letter.
    private const int MostForms = 64;

    // Letters beyond A to Z by what they are in lower case.
    private static readonly ILookup<char, char> Capitals = Enumerable.Range(0x80, 0xFF80)
        .Select(static c => (char)c).Where(static c => !char.IsSurrogate(c) && char.ToLowerInvariant(c) != c)
        .ToLookup(char.ToLowerInvariant);

    /// <summary>Writes it, in ONNX 20 or later.</summary>
    /// <param name="graph">Gets the nodes.</param>
    /// <param name="tokens">(N, tokens), string, of which A to Z are lower-cased; empty ones do not count.</param>
    /// <param name="words">In lower case, at least one.</param>
    /// <returns>(N, words), float64.</returns>
    public static string Write(GraphBuilder graph, string tokens, IReadOnlyList<string> words)
    {
        List<int> order = [];
        List<string> pool = [], parts = [];
        List<long> places = [];
        foreach (var (at, word) in words.Index().Where(static w => FormsOf(w.Item) <= MostForms))
        {
            var forms = Forms(word);
            pool.AddRange(forms);
            places.AddRange(forms.Select(_ => (long)order.Count));
            order.Add(at);
        }

        if (pool.Count > 0)
        {
            var counts = graph.Node(
                "TfIdfVectorizer", [tokens],
                ("mode", "TF"), ("min_gram_length", 1), ("max_gram_length", 1), ("max_skip_count", 0),
                ("ngram_counts", new[] { 0L }), ("ngram_indexes", places.ToArray()), ("pool_strings", pool.ToArray()));
            parts.Add(graph.Node("Cast", [counts], ("to", (int)DataType.Double)));
        }

        foreach (var (at, word) in words.Index().Where(static w => FormsOf(w.Item) > MostForms))
        {
            var isWord = graph.Node("RegexFullMatch", [tokens], ("pattern", Pattern(word)));
            parts.Add(graph.Node(
                "ReduceSum", [graph.Node("Cast", [isWord], ("to", (int)DataType.Double)), graph.Ints(1)],
                ("keepdims", 1)));
            order.Add(at);
        }

        var all = parts.Count == 1 ? parts[0] : graph.Node("Concat", parts.ToArray(), ("axis", 1));
        long[] back = [.. Enumerable.Range(0, order.Count).OrderBy(i => order[i]).Select(static i => (long)i)];
        return graph.Node("Gather", [all, graph.Ints(back)], ("axis", 1));
    }

    private static double FormsOf(string word)
        => word.Aggregate(1d, static (forms, letter) => forms * (1 + Capitals[letter].Count()));

    private static List<string> Forms(string word)
    {
        List<string> forms = [""];
        foreach (var letter in word)
        {
            forms = [.. forms.SelectMany(form => Capitals[letter].Prepend(letter).Select(c => form + c))];
        }

        return forms;
    }

    private static string Pattern(string word)
    {
        var pattern = new StringBuilder();
        foreach (var letter in word)
        {
            var capitals = string.Concat(Capitals[letter]);
            pattern.Append(capitals.Length == 0 ? $"{letter}" : $"[{letter}{capitals}]");
        }

        return pattern.ToString();
    }
}
