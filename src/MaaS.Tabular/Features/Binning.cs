using MaaS.Onnx;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Tabular.Features;

/// <summary>Numbers as the bins that they fall into.</summary>
/// <remarks>scikit-learn's <c>KBinsDiscretizer</c>.</remarks>
internal sealed class Binning
{
    private const double LeastWidth = 1e-8;

    private readonly bool _oneHot;
    private readonly double[][] _edges;    // Inner edges of each column: one fewer than bins.

    private Binning(bool oneHot, double[][] edges) => (_oneHot, _edges) = (oneHot, edges);

    /// <summary>Number of features.</summary>
    public int Width => _oneHot ? _edges.Sum(static e => e.Length + 1) : _edges.Length;

    /// <summary>Learns the edges of columns.</summary>
    /// <param name="columns">The values of each; none is missing.</param>
    /// <param name="options">How.</param>
    public static Binning Fit(IReadOnlyList<double[]> columns, BinOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Count, 2);
        return new Binning(options.OneHot, [.. columns.Select(c => Edges(c, options))]);
    }

    public IEnumerable<string> Names(IReadOnlyList<string> columns) => _oneHot
        ? columns.SelectMany((name, c) => Enumerable.Range(0, _edges[c].Length + 1).Select(b => $"{name} bin {b}"))
        : columns.Select(static name => $"{name} bin");

    /// <summary>The column of each feature.</summary>
    public IEnumerable<string> Columns(IReadOnlyList<string> columns) =>
        columns.SelectMany((name, c) => Enumerable.Repeat(name, _oneHot ? _edges[c].Length + 1 : 1));

    /// <summary>The bins of a row.</summary>
    public void Fill(ReadOnlySpan<double> values, Span<double> features)
    {
        features[..Width].Clear();
        var at = 0;
        for (var c = 0; c < _edges.Length; c++)
        {
            var bin = 0;
            while (bin < _edges[c].Length && values[c] >= _edges[c][bin])
            {
                bin++;
            }

            if (_oneHot)
            {
                features[at + bin] = 1;
                at += _edges[c].Length + 1;
            }
            else
            {
                features[at++] = bin;
            }
        }
    }

    /// <summary>The same in ONNX.</summary>
    /// <param name="graph">Gets the nodes.</param>
    /// <param name="values">(N, columns), float64.</param>
    /// <returns>(N, <see cref="Width"/>), float64.</returns>
    public string Write(GraphBuilder graph, string values)
    {
        string Flag(string condition) => graph.Node("Cast", [condition], ("to", (int)DataType.Double));
        if (!_oneHot)
        {
            var most = Math.Max(1, _edges.Max(static e => e.Length));
            double[] edges = [.. _edges.SelectMany(e => e.Concat(
                Enumerable.Repeat(double.PositiveInfinity, most - e.Length)))];
            var beyond = graph.Node(
                "GreaterOrEqual",
                [
                    graph.Node("Unsqueeze", [values, graph.Ints(2)]),
                        graph.Constant<double>(edges, _edges.Length, most),
                ]);
            return graph.Node("ReduceSum", [Flag(beyond), graph.Ints(2)], ("keepdims", 0));
        }

        var columns = _edges.SelectMany(static (e, c) => Enumerable.Repeat((long)c, e.Length + 1)).ToArray();
        double[] low = [.. _edges.SelectMany(static e => e.Prepend(double.NegativeInfinity))];
        double[] high = [.. _edges.SelectMany(static e => e.Append(double.PositiveInfinity))];
        var spread = graph.Node("Gather", [values, graph.Ints(columns)], ("axis", 1));
        return Flag(graph.Node(
            "And",
            [
                graph.Node("GreaterOrEqual", [spread, graph.Constant<double>(low, low.Length)]),
                graph.Node("Less", [spread, graph.Constant<double>(high, high.Length)]),
            ]));
    }

    private static double[] Edges(double[] values, BinOptions options)
    {
        var sorted = Quantiles.Sorted(values);
        if (sorted.Length == 0 || sorted[0] == sorted[^1])
        {
            return [];
        }

        // numpy's linspace: a step times a place.
        var step = options.Uniform ? (sorted[^1] - sorted[0]) / options.Count : 100d / options.Count;
        double[] edges =
        [
            sorted[0],
            .. Enumerable.Range(1, options.Count - 1).Select(i => options.Uniform
                ? i * step + sorted[0] : Quantiles.At(sorted, i * step / 100)),
            sorted[^1],
        ];
        if (!options.Uniform)
        {
            edges = [.. edges.Where((e, i) => i == 0 || e - edges[i - 1] > LeastWidth)];
        }

        return edges[1..^1];
    }
}
