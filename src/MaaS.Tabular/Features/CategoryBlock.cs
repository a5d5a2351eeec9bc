using MaaS.Onnx;
using MaaS.Tabular.Samples;

namespace MaaS.Tabular.Features;

/// <summary>A vector for each category of a column: one-hot, ordinal and target encoding alike.</summary>
/// <param name="Column">The column.</param>
/// <param name="Names">What the features are called.</param>
/// <param name="Categories">Those that training saw, in order.</param>
/// <param name="IsOrdinal">Whether the vector is the category's place.</param>
/// <param name="Vectors">A row a category; then one for an unseen category and one for a missing cell.</param>
internal sealed record CategoryBlock(
    string Column, IReadOnlyList<string> Names, IReadOnlyList<string> Categories, Matrix Vectors,
    bool IsOrdinal = false) : IStringBlock
{
    private readonly Dictionary<string, int> _index =
        Categories.Select(static (name, i) => (name, i))
            .ToDictionary(static p => p.name, static p => p.i, StringComparer.Ordinal);

    public void Fill(string? cell, Span<double> features) => Vectors.Row(
        cell is null ? Categories.Count + 1 : _index.GetValueOrDefault(cell, Categories.Count)).CopyTo(features);

    public string Write(GraphBuilder graph, string input)
    {
        var index = graph.Node(
            "LabelEncoder", [input],
            ("keys_strings", (AttributeValue)Categories.Append("").ToArray()),
            ("values_int64s",
                Enumerable.Range(0, Categories.Count).Append(Categories.Count + 1).Select(static i => (long)i)
                    .ToArray()),
            ("default_int64", Categories.Count));
        graph.Graph.Node[^1].Domain = "ai.onnx.ml";
        return graph.Node(
            "Gather", [graph.Constant<double>(Vectors.Values, Vectors.Rows, Vectors.Columns), index], ("axis", 0));
    }
}
