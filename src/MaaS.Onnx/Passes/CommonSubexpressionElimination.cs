using Google.Protobuf;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Passes;

/// <summary>Computes equal things once: nodes with the same operator, inputs and attributes.</summary>
public sealed class CommonSubexpressionElimination : IGraphPass
{
    private static readonly HashSet<string> Random =
        ["RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial",
            "Dropout"];

    /// <inheritdoc/>
    public string Name => "common-subexpression-elimination";

    /// <inheritdoc/>
    public bool Run(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = model.Graph;
        var outputs = graph.Output.Select(static output => output.Name).ToHashSet();
        var seen = new Dictionary<string, NodeProto>();
        var replacements = new Dictionary<string, string>();
        var removed = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Node)
        {
            for (int i = 0; i < node.Input.Count; i++)
            {
                if (replacements.TryGetValue(node.Input[i], out string? same))
                {
                    node.Input[i] = same;
                }
            }
            if (node.Subgraphs().Any() || Random.Contains(node.OpType))
            {
                continue;
            }

            string key = Key(node);
            if (!seen.TryGetValue(key, out var first))
            {
                seen[key] = node;
            }
            else if (first.Output.Count == node.Output.Count && !node.Output.Any(outputs.Contains))
            {
                for (int i = 0; i < node.Output.Count; i++)
                {
                    replacements[node.Output[i]] = first.Output[i];
                }

                removed.Add(node);
            }
        }
        graph.ReplaceUses(replacements);
        graph.RemoveNodes(removed);
        return removed.Count > 0;
    }

    private static string Key(NodeProto node)
    {
        var attributes = node.Attribute.OrderBy(static a => a.Name, StringComparer.Ordinal)
            .Select(static a => Convert.ToBase64String(a.ToByteArray()));
        return $"{node.Domain}|{node.OpType}|{string.Join(',', node.Input)}|{string.Join(';', attributes)}";
    }
}
