using System.Collections.Frozen;
using MaaS.Onnx.Quantization.Graphs;
using MaaS.Onnx.Quantization.Weights;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Dynamic;

/// <summary>
/// Dynamic 8-bit quantization: int8 weights, activations quantized as they come. It needs no sample data and suits
/// Transformers and recurrent networks; convolutions are left as they are.
/// </summary>
/// <param name="options">What to quantize; null for the defaults.</param>
public sealed class DynamicQuantizer(DynamicQuantizerOptions? options = null)
{
    private static readonly FrozenDictionary<string, IDynamicOperator> ByType =
        new IDynamicOperator[] { new DynamicMatMul(), new DynamicGemm(), new DynamicLstm() }
            .ToFrozenDictionary(static op => op.OpType);

    private readonly DynamicQuantizerOptions _options = options ?? new();

    /// <summary>The operators whose weights can become integers; embeddings (Gather) besides.</summary>
    public static IReadOnlyList<string> Operators { get; } = [.. ByType.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Names of the nodes of a model that would run on integers, in the graph's order.</summary>
    public IReadOnlyList<string> Nodes(OnnxModel model)
    {
        var prepared = GraphPreparation.PrepareWithBodies(model);
        return [.. Nodes(new DynamicGraph(prepared, _options))];
    }

    /// <summary>A quantized copy of a model.</summary>
    /// <param name="model">The float model, opset 7 or newer; not changed. Bodies of If, Loop and Scan are quantized
    /// too.</param>
    /// <exception cref="NotSupportedException">The opset is older than 13 and an operator cannot be
    /// converted.</exception>
    /// <exception cref="ArgumentException">A weight is not finite.</exception>
    public OnnxModel Quantize(OnnxModel model)
    {
        var prepared = GraphPreparation.PrepareWithBodies(model);
        Rewrite(new DynamicGraph(prepared, _options));
        return prepared;
    }

    private IEnumerable<string> Nodes(DynamicGraph graph)
    {
        var embeddings = new EmbeddingQuantizer(graph.Index, graph.Writer);
        foreach (var node in graph.Writer.Graph.Node)
        {
            if (Find(node, graph) is not null || _options.TakesEmbedding(node, embeddings))
            {
                yield return node.Name;
            }
            foreach (string name in node.Subgraphs().SelectMany(body => Nodes(new DynamicGraph(graph, body))))
            {
                yield return name;
            }
        }
    }

    private void Rewrite(DynamicGraph graph)
    {
        var embeddings = new EmbeddingQuantizer(graph.Index, graph.Writer);
        foreach (var node in graph.Writer.Graph.Node)
        {
            foreach (var body in node.Subgraphs())
            {
                Rewrite(new DynamicGraph(graph, body));
            }
            if (Find(node, graph) is { } op)
            {
                op.Rewrite(node, graph);
            }
            else if (_options.TakesEmbedding(node, embeddings))
            {
                embeddings.Rewrite(node);
            }
            else
            {
                graph.Writer.Keep(node);
            }
        }
        graph.Writer.Finish();
    }

    private IDynamicOperator? Find(NodeProto node, DynamicGraph graph) =>
        node.IsStandard() && !_options.Excludes(node) && ByType.TryGetValue(node.OpType, out var op)
            && op.Fits(node, graph)
            ? op
            : null;
}
