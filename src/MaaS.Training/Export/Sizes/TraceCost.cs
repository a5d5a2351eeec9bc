using MaaS.Training.Tracing;

namespace MaaS.Training.Export.Sizes;

/// <summary>Counts what a traced run costs.</summary>
internal static class TraceCost
{
    // Nanoseconds on one core of 2023, with tracing, reading back and ONNX Runtime's run for the comparison.
    private const double Node = 15_000;
    private const double Element = 2;
    private const double Product = 0.05;

    /// <summary>The cost of a run like this one. What has the same size in all runs costs the same in all.</summary>
    /// <param name="trace">The run.</param>
    /// <param name="others">Runs at other sizes of every axis; none where no other size was traced.</param>
    public static RunCost Of(Trace trace, IEnumerable<Trace> others)
    {
        var runs = others.ToList();
        bool isComparable = runs.Count > 0 && runs.TrueForAll(run => run.Nodes.Count == trace.Nodes.Count);
        var values = trace.Inputs.Concat(trace.Nodes.SelectMany(static node => node.Outputs))
            .DistinctBy(static value => value.Id)
            .ToDictionary(static value => value.Id);
        double still = Node * trace.Nodes.Count, volume = 0;
        for (int i = 0; i < trace.Nodes.Count; i++)
        {
            var node = trace.Nodes[i];
            double elements = node.Outputs.Sum(static output => Elements(output));
            double cost = (Element * elements) + (Product * elements * ProductsOfOne(node, values));
            if (isComparable && runs.TrueForAll(run => HasSameSizes(node, run.Nodes[i])))
            {
                still += cost;
            }
            else
            {
                volume += cost;
            }
        }
        return new RunCost(still, volume);
    }

    private static bool HasSameSizes(TraceNode node, TraceNode counterpart) =>
        node.Op == counterpart.Op && node.Outputs.Count == counterpart.Outputs.Count
            && node.Outputs.Zip(counterpart.Outputs).All(static pair => pair.First.Sizes is { } sizes
                && pair.Second.Sizes is { } others && sizes.SequenceEqual(others));

    // How many products one element of the result sums.
    private static double ProductsOfOne(TraceNode node, Dictionary<int, TraceValue> values)
    {
        long[][] shapes = [
            .. node.Inputs.Select(id => values.GetValueOrDefault(id)?.Sizes)
            .Where(static sizes => sizes is { Length: > 1 })!];
        if (shapes.Length == 0)
        {
            return 0;
        }

        return node.Op switch
        {
            "aten::_convolution" or "aten::convolution" when shapes.Length > 1
                => Elements(shapes[1]) / Math.Max(shapes[1][0], 1),
            "aten::matmul" or "aten::mm" or "aten::bmm" or "aten::linear" or "aten::addmm" or "aten::baddbmm"
                => shapes[0][^1],
            "aten::lstm" or "aten::gru" or "aten::rnn_tanh" or "aten::rnn_relu" => 8 * shapes[0][^1],
            "aten::scaled_dot_product_attention" => 2 * shapes[0][^2],
            _ => 0,
        };
    }

    private static double Elements(TraceValue value) => value.Sizes is { } sizes ? Elements(sizes) : 0;

    private static double Elements(long[] sizes) => sizes.Aggregate(1.0, static (product, size) => product * size);
}
