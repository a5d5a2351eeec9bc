using MaaS.Core.Onnx;
using MaaS.Core.Onnx.Passes;
using MaaS.Core.Onnx.Schema;

namespace MaaS.Core.Quantization;

/// <summary>Brings a copy of a graph into the form in which most of it can run on integers. Its results stay the same.</summary>
internal static class GraphPreparation
{
    private static readonly HashSet<string> Movers = ["MaxPool", "Reshape", "Flatten", "Transpose", "Squeeze", "Unsqueeze"];

    /// <param name="model">The model; not changed.</param>
    public static OnnxModel Prepare(OnnxModel model)
    {
        var copy = model.Clone();
        GraphOptimizer.Optimize(copy);   // Constants become initializers, batch norms part of the convolution.
        NameNodes(copy.Graph);
        ReluBeforeMoves(copy.Graph);
        return copy;
    }

    /// <param name="model">The model; not changed.</param>
    /// <param name="excluded">Names of nodes that the caller wants to stay float.</param>
    /// <exception cref="ArgumentException">A name belongs to no node.</exception>
    public static OnnxModel Prepare(OnnxModel model, IReadOnlySet<string> excluded)
    {
        var prepared = Prepare(model);
        var names = prepared.Graph.Node.Select(static node => node.Name);
        string[] unknown = [.. excluded.Except(model.Graph.Node.Select(static node => node.Name)).Except(names)];
        return unknown.Length == 0 ? prepared : throw new ArgumentException(
            $"quantization: expected names of nodes to exclude, got {string.Join(", ", unknown.Select(static n => $"'{n}'"))}; "
            + $"there are {string.Join(", ", names)}");
    }

    // Exclusion by name and the report need names.
    private static void NameNodes(GraphProto graph)
    {
        foreach (var node in graph.Node.Where(static node => node.Name.Length == 0))
            node.Name = $"{node.OpType}_{node.Output.FirstOrDefault(static output => output.Length > 0)}";
    }

    // relu(maxpool(x)) = maxpool(relu(x)), and so with all that only moves values: behind the convolution the Relu becomes
    // part of its kernel.
    private static void ReluBeforeMoves(GraphProto graph)
    {
        for (bool changed = true; changed;)
        {
            changed = false;
            var index = new GraphIndex(graph);
            for (int i = 0; i < graph.Node.Count; i++)
            {
                var relu = graph.Node[i];
                if (relu.OpType != "Relu" || !relu.IsStandard() || !index.HasSingleUse(relu.Input[0])) continue;
                if (index.Producer(relu.Input[0]) is not { } mover || !mover.IsStandard() || !Movers.Contains(mover.OpType)) continue;
                if (mover.Output.Count > 1 || index.Initializer(mover.Input[0]) is not null) continue;
                (string source, string between, string result) = (mover.Input[0], relu.Input[0], relu.Output[0]);
                (relu.Input[0], relu.Output[0], mover.Input[0], mover.Output[0]) = (source, between, between, result);
                // The mover's place in the order is before the Relu's: exchange them.
                int position = 0;
                while (!ReferenceEquals(graph.Node[position], mover)) position++;
                graph.Node[position] = relu;
                graph.Node[i] = mover;
                // The recorded shape of the value between them was the other one.
                foreach (var stale in graph.ValueInfo.Where(v => v.Name == between).ToList()) graph.ValueInfo.Remove(stale);
                changed = true;
                break;
            }
        }
    }
}
