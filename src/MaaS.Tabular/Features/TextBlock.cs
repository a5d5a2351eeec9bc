using MaaS.Onnx;
using MaaS.Tabular.Tables;
using MaaS.Text.Terms;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Tabular.Features;

/// <summary>TF-IDF of the words of a text, rounded to float32; a missing text has none.</summary>
internal sealed class TextBlock : IStringBlock
{
    private readonly TfIdf _terms;
    private readonly string[] _words;

    private TextBlock(string column, TfIdf terms)
    {
        (Column, _terms) = (column, terms);
        _words = [.. terms.Terms.OrderBy(static t => t.Value).Select(static t => t.Key)];
        Names = [.. _words.Select(word => $"{column}: {word}")];
    }

    public string Column { get; }

    public IReadOnlyList<string> Names { get; }

    /// <summary>Learns the words of a column; null where none stands in two texts.</summary>
    public static TextBlock? Fit(StringColumn column, int mostTerms)
    {
        string[] texts = [.. column.Values.ToArray().OfType<string>()];
        var seen = texts.SelectMany(static text => TfIdf.WordsOf(text).Distinct(StringComparer.Ordinal))
            .GroupBy(static word => word, StringComparer.Ordinal).Any(static g => g.Skip(1).Any());
        return seen
            ? new TextBlock(column.Name, TfIdf.Fit(texts, new TfIdfOptions { MostTerms = mostTerms, Pairs = false }))
            : null;
    }

    public void Fill(string? cell, Span<double> features)
    {
        features.Clear();
        foreach (var (term, value) in cell is null ? [] : _terms.Transform(cell))
        {
            features[term] = (float)value;
        }
    }

    public string Write(GraphBuilder graph, string input)
    {
        var lower = graph.Node("StringNormalizer", [input], ("case_change_action", "LOWER"), ("locale", "C"));
        var words = graph.Node(
            "Tokenizer", [lower],
            ("mark", 0), ("mincharnum", 1), ("pad_value", ""), ("tokenexp", @"[\p{L}\p{N}_]{2,}"));
        graph.Graph.Node[^1].Domain = HashedBlock.MicrosoftDomain;
        var counts = WordCounts.Write(graph, words, _words);
        var one = graph.Scalar(1d);
        var logs = graph.Node("Add", [graph.Node("Log", [graph.Node("Max", [counts, one])]), one]);
        var present = graph.Node("Min", [counts, one]);
        var idf = graph.Constant<double>(_terms.Idf.ToArray(), _words.Length);
        var weights = graph.Node("Mul", [graph.Node("Mul", [logs, present]), idf]);
        var length = graph.Node(
            "Sqrt", [graph.Node("ReduceSum", [graph.Node("Mul", [weights, weights]), graph.Ints(1)])]);
        // Every known word counts 1 or more, so that only a text without any has a length below 1.
        var rows = graph.Node("Div", [weights, graph.Node("Max", [length, one])]);
        return graph.Node(
            "Cast", [graph.Node("Cast", [rows], ("to", (int)DataType.Float))], ("to", (int)DataType.Double));
    }
}
