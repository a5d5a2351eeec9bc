using MaaS.Onnx.Inference;
using MaaS.Onnx.Schema;
using Microsoft.ML.OnnxRuntime;

namespace MaaS.Onnx.Passes;

/// <summary>Computes with ONNX Runtime what depends on constants only, and keeps the result as an
/// initializer.</summary>
public sealed class ConstantFolding : IGraphPass
{
    // A constant that would grow (a broadcast, a range) is cheaper to compute than to store.
    private const long MaxGrowth = 1 << 20;

    private static readonly HashSet<string> Excluded =
    [
        "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial",
        "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "If", "Loop", "Scan",
    ];

    /// <inheritdoc/>
    public string Name => "constant-folding";

    /// <inheritdoc/>
    /// <exception cref="InferenceException">A node that depends on constants only cannot be computed.</exception>
    public bool Run(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Fold(model, model.Graph, []);
    }

    /// <summary>Folds in the bodies of If, Loop and Scan as well, where constants of the graphs around them are
    /// constants too. A branch that computes with a weight from outside gets the result as its own.</summary>
    internal static void FoldBodies(OnnxModel model) => FoldBodies(model, model.Graph, []);

    private static void FoldBodies(OnnxModel model, GraphProto graph, Dictionary<string, TensorProto> outer)
    {
        var known = new Dictionary<string, TensorProto>(outer);
        foreach (var tensor in graph.Initializer)
        {
            known[tensor.Name] = tensor;
        }
        foreach (var body in graph.Node.SelectMany(static node => node.Subgraphs()))
        {
            Fold(model, body, known);
            FoldBodies(model, body, known);
        }
    }

    private static bool Fold(OnnxModel model, GraphProto graph, Dictionary<string, TensorProto> outer)
    {
        bool changed = Inline(graph);
        var constants = new Dictionary<string, TensorProto>(outer);
        foreach (var tensor in graph.Initializer)
        {
            constants[tensor.Name] = tensor;
        }
        var tooLarge = new HashSet<string>();
        while (true)
        {
            var folded = Foldable(graph, constants, tooLarge);
            if (folded.Count == 0)
            {
                return changed;
            }

            var results = Evaluate(model, graph, folded, constants);
            long limit = folded.SelectMany(static node => node.Input).Distinct()
                .Sum(input => constants.TryGetValue(input, out var tensor) ? Bytes(tensor) : 0) + MaxGrowth;
            var beyond = results.Where(tensor => Bytes(tensor) > limit).Select(static tensor => tensor.Name).ToList();
            if (beyond.Count == 0)
            {
                graph.Initializer.Add(results);
                graph.RemoveNodes(folded);
                RemoveUnread(graph, model.Graph);
                return true;
            }
            tooLarge.UnionWith(beyond);
        }
    }

    private static HashSet<NodeProto> Foldable(
        GraphProto graph, Dictionary<string, TensorProto> constants, HashSet<string> tooLarge)
    {
        var known = constants.Keys.ToHashSet();
        var folded = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Node)
        {
            if (!CanFold(node) || node.Output.Any(tooLarge.Contains) || !node.References().All(known.Contains))
            {
                continue;
            }

            folded.Add(node);
            known.UnionWith(node.Output);
        }
        return folded;
    }

    private static long Bytes(TensorProto tensor) => tensor.Type().Bytes(tensor.ElementCount());

    private static bool CanFold(NodeProto node) =>
        node.IsStandard() && !Excluded.Contains(node.OpType) && !node.Subgraphs().Any() && node.Output.Count > 0;

    /// <summary>Makes Constant nodes initializers.</summary>
    internal static bool Inline(GraphProto graph)
    {
        var inlined = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Node.Where(static node => node.OpType == "Constant" && node.IsStandard()))
        {
            if (node.Attribute("value")?.T is not { } value)
            {
                continue;
            }

            var tensor = value.Clone();
            tensor.Name = node.Output[0];
            graph.Initializer.Add(tensor);
            inlined.Add(node);
        }
        graph.RemoveNodes(inlined);
        return inlined.Count > 0;
    }

    // Of a body; the main graph has a pass of its own for it.
    private static void RemoveUnread(GraphProto graph, GraphProto main)
    {
        if (ReferenceEquals(graph, main))
        {
            return;
        }
        var read = graph.Node.SelectMany(static node => node.References())
            .Concat(graph.Output.Select(static output => output.Name)).ToHashSet();
        var kept = graph.Initializer.Where(tensor => read.Contains(tensor.Name)).ToList();
        graph.Initializer.Clear();
        graph.Initializer.Add(kept);
    }

    // One model of all foldable nodes, whose outputs are what the rest of the graph reads.
    private static List<TensorProto> Evaluate(
        OnnxModel model, GraphProto around, HashSet<NodeProto> folded, Dictionary<string, TensorProto> constants)
    {
        var graph = new GraphProto { Name = "constants" };
        graph.Node.Add(around.Node.Where(folded.Contains));
        var inner = folded.SelectMany(static node => node.References()).ToHashSet();
        graph.Initializer.Add(inner.Where(constants.ContainsKey).Select(name => constants[name]));
        var outside = around.Node.Where(node => !folded.Contains(node)).SelectMany(static node => node.References())
            .Concat(around.Output.Select(static output => output.Name)).ToHashSet();
        // The outputs' types are left to ONNX Runtime's own inference.
        foreach (string name in folded.SelectMany(static node => node.Output).Where(outside.Contains))
        {
            graph.Output.Add(new ValueInfoProto { Name = name });
        }

        if (graph.Output.Count == 0)
        {
            return [];
        }

        var proto = new ModelProto { IrVersion = model.Proto.IrVersion, Graph = graph };
        proto.OpsetImport.Add(model.Proto.OpsetImport);
        try
        {
            using var runner = new OnnxRunner(new OnnxModel(proto));
            return [.. runner.Run([])];
        }
        catch (OnnxRuntimeException error)
        {
            throw new InferenceException(
                "constant folding: expected nodes that compute constants, but ONNX Runtime refuses one: "
                    + $"{error.Message}; "
                + "the model would fail when it runs", error);
        }
    }
}
