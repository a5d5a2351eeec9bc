using MaaS.Onnx;

namespace MaaS.Tabular.Features;

/// <summary>The products of every two numbers.</summary>
/// <remarks>scikit-learn's <c>PolynomialFeatures(interaction_only=True)</c> of degree 2.</remarks>
internal sealed class Interactions(int columns)
{
    /// <summary>Most products: more are rather chosen by a tree.</summary>
    private const int Most = 10_000;

    private readonly (int First, int Second)[] _pairs = Pairs(columns);

    public int Width => _pairs.Length;

    public IEnumerable<string> Names(IReadOnlyList<string> columns) =>
        _pairs.Select(p => $"{columns[p.First]} × {columns[p.Second]}");

    public void Fill(ReadOnlySpan<double> values, Span<double> products)
    {
        for (var i = 0; i < _pairs.Length; i++)
        {
            products[i] = values[_pairs[i].First] * values[_pairs[i].Second];
        }
    }

    /// <summary>The same in ONNX.</summary>
    /// <param name="graph">Gets the nodes.</param>
    /// <param name="values">(N, columns), float64.</param>
    /// <returns>(N, <see cref="Width"/>), float64.</returns>
    public string Write(GraphBuilder graph, string values)
    {
        string Gathered(Func<(int First, int Second), int> side) => graph.Node(
            "Gather", [values, graph.Ints(Array.ConvertAll(_pairs, p => (long)side(p)))], ("axis", 1));
        return graph.Node("Mul", [Gathered(static p => p.First), Gathered(static p => p.Second)]);
    }

    private static (int, int)[] Pairs(int columns) => (long)columns * (columns - 1) / 2 <= Most
        ? [.. Enumerable.Range(0, columns)
            .SelectMany(i => Enumerable.Range(i + 1, columns - i - 1).Select(j => (i, j)))]
        : throw new ArgumentException(
            $"interactions: expected at most {Most} products of two numbers, got {columns} numbers; leave columns out.",
            nameof(columns));
}
