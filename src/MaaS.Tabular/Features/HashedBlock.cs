using MaaS.Onnx;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Tabular.Features;

/// <summary>A category's hash chooses its feature, which is 1 or −1: any number of categories, unseen ones as well, in
/// a fixed number of features.</summary>
/// <remarks>Weinberger et al. 2009; equal to scikit-learn's <c>FeatureHasher(input_type="string")</c> of the
/// cell.</remarks>
internal sealed class HashedBlock(string column, int width) : IStringBlock
{
    public string Column => column;

    public IReadOnlyList<string> Names { get; } = [.. Enumerable.Range(0, width).Select(i => $"{column} hash {i}")];

    public void Fill(string? cell, Span<double> features)
    {
        features.Clear();
        if (cell is not null)
        {
            var hash = MurmurHash3.Hash(cell);
            features[(int)(Math.Abs((long)hash) % width)] = hash >= 0 ? 1 : -1;
        }
    }

    public string Write(GraphBuilder graph, string input)
    {
        var hash = graph.Node("MurmurHash3", [input], ("seed", 0), ("positive", 0));
        graph.Graph.Node[^1].Domain = MicrosoftDomain;
        hash = graph.Node("Cast", [hash], ("to", (int)DataType.Int64));
        var place = graph.Node("Mod", [graph.Node("Abs", [hash]), graph.Scalar((long)width)]);
        var isMissing = graph.Node(
            "LabelEncoder", [input],
            ("keys_strings", new[] { "" }), ("values_int64s", new[] { 1L }), ("default_int64", 0));
        graph.Graph.Node[^1].Domain = "ai.onnx.ml";

        // The sign of the hash, and 0 for a missing cell.
        var negative = graph.Node(
            "Cast", [graph.Node("Less", [hash, graph.Scalar(0L)])], ("to", (int)DataType.Double));
        var sign = graph.Node("Sub", [graph.Scalar(1d), graph.Node("Mul", [graph.Scalar(2d), negative])]);
        var known = graph.Node(
            "Sub", [graph.Scalar(1d), graph.Node("Cast", [isMissing], ("to", (int)DataType.Double))]);
        var value = graph.Node("Unsqueeze", [graph.Node("Mul", [sign, known]), graph.Ints(1)]);
        var places = graph.Ints([.. Enumerable.Range(0, width).Select(static i => (long)i)]);
        var isPlace = graph.Node("Equal", [graph.Node("Unsqueeze", [place, graph.Ints(1)]), places]);
        return graph.Node("Mul", [graph.Node("Cast", [isPlace], ("to", (int)DataType.Double)), value]);
    }

    /// <summary>The domain of ONNX Runtime's own operators.</summary>
    public const string MicrosoftDomain = "com.microsoft";
}
