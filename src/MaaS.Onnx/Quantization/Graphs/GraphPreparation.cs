using MaaS.Onnx.Opsets;
using MaaS.Onnx.Passes;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Graphs;

/// <summary>Brings a copy of a graph into the form in which most of it can run on integers. Its results stay the
/// same.</summary>
internal static class GraphPreparation
{
    private static readonly HashSet<string> Movers = [
        "MaxPool", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze"];

    /// <param name="model">The model, opset 7 or newer; not changed.</param>
    /// <exception cref="NotSupportedException">The opset is older than 13 and an operator cannot be
    /// converted.</exception>
    public static OnnxModel Prepare(OnnxModel model)
    {
        var copy = model.Clone();
        OpsetConverter.Convert(copy);
        GraphOptimizer.Optimize(copy);   // Constants become initializers, batch norms part of the convolution.
        NameNodes(copy.Graph, []);
        ReluBeforeMoves(copy.Graph);
        return copy;
    }

    /// <summary>As <see cref="Prepare(OnnxModel)"/>, and with the constants of bodies folded: for quantizers that go
    /// into them.</summary>
    public static OnnxModel PrepareWithBodies(OnnxModel model)
    {
        var prepared = Prepare(model);
        ConstantFolding.FoldBodies(prepared);
        new DeadNodeElimination().Run(prepared);
        return prepared;
    }

    /// <param name="model">The model; not changed.</param>
    /// <param name="excluded">Names of nodes that the caller wants to stay float.</param>
    /// <exception cref="ArgumentException">A name belongs to no node.</exception>
    public static OnnxModel Prepare(OnnxModel model, IReadOnlySet<string> excluded)
    {
        var prepared = Prepare(model);
        var names = Bodies(prepared.Graph).Prepend(prepared.Graph).SelectMany(static graph => graph.Node)
            .Select(static node => node.Name);
        string[] unknown = [.. excluded.Except(model.Graph.Node.Select(static node => node.Name)).Except(names)];
        return unknown.Length == 0 ? prepared : throw new ArgumentException(
            "quantization: expected names of nodes to exclude, got "
                + $"{string.Join(", ", unknown.Select(static n => $"'{n}'"))}; "
            + $"there are {string.Join(", ", names)}");
    }

    /// <summary>The bodies of If, Loop and Scan in a graph, and those in these.</summary>
    public static IEnumerable<GraphProto> Bodies(GraphProto graph)
        => graph.Node.SelectMany(static node => node.Subgraphs())
        .SelectMany(static body => Bodies(body).Prepend(body));

    // Exclusion by name and the report need names, each of one node.
    private static void NameNodes(GraphProto graph, HashSet<string> taken)
    {
        foreach (var node in graph.Node)
        {
            string hint = node.Name.Length > 0
                ? node.Name : $"{node.OpType}_{node.Output.FirstOrDefault(static output => output.Length > 0)}";
            node.Name = hint;
            for (int i = 1; !taken.Add(node.Name); i++)
            {
                node.Name = $"{hint}_{i}";
            }
            foreach (var body in node.Subgraphs())
            {
                NameNodes(body, taken);
            }
        }
    }

    // relu(maxpool(x)) = maxpool(relu(x)), and so with all that only moves values: behind the convolution the Relu
    // becomes part of its kernel.
    private static void ReluBeforeMoves(GraphProto graph)
    {
        for (bool changed = true; changed;)
        {
            changed = false;
            var index = new GraphIndex(graph);
            for (int i = 0; i < graph.Node.Count; i++)
            {
                var relu = graph.Node[i];
                if (relu.OpType != "Relu" || !relu.IsStandard() || !index.HasSingleUse(relu.Input[0]))
                {
                    continue;
                }

                if (index.Producer(relu.Input[0]) is not { } mover || !mover.IsStandard()
                    || !Movers.Contains(mover.OpType))
                {
                    continue;
                }

                if (mover.Output.Count > 1 || index.Initializer(mover.Input[0]) is not null)
                {
                    continue;
                }

                (string source, string between, string result) = (mover.Input[0], relu.Input[0], relu.Output[0]);
                (relu.Input[0], relu.Output[0], mover.Input[0], mover.Output[0]) = (source, between, between, result);
                // The mover's place in the order is before the Relu's: exchange them.
                int position = 0;
                while (!ReferenceEquals(graph.Node[position], mover))
                {
                    position++;
                }

                graph.Node[position] = relu;
                graph.Node[i] = mover;
                // The recorded shape of the value between them was the other one.
                foreach (var stale in graph.ValueInfo.Where(v => v.Name == between).ToList())
                {
                    graph.ValueInfo.Remove(stale);
                }

                changed = true;
                break;
            }
        }
    }
}
