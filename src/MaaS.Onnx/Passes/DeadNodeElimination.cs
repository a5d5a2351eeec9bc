using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Passes;

/// <summary>Removes nodes, initializers and descriptions of values that no output needs.</summary>
public sealed class DeadNodeElimination : IGraphPass
{
    /// <inheritdoc/>
    public string Name => "dead-node-elimination";

    /// <inheritdoc/>
    public bool Run(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = model.Graph;
        var needed = graph.Output.Select(static output => output.Name).ToHashSet();
        var dead = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Node.Reverse())
        {
            if (node.Output.Any(needed.Contains))
            {
                needed.UnionWith(node.References());
            }
            else
            {
                dead.Add(node);
            }
        }
        bool changed = dead.Count > 0;
        graph.RemoveNodes(dead);
        changed |= Keep(graph.Initializer, tensor => needed.Contains(tensor.Name));
        var made = graph.Node.SelectMany(static node => node.Output).ToHashSet();
        var outputs = graph.Output.Select(static output => output.Name).ToHashSet();
        Keep(graph.ValueInfo, value => made.Contains(value.Name) && !outputs.Contains(value.Name));
        return changed;
    }

    private static bool Keep<T>(Google.Protobuf.Collections.RepeatedField<T> list, Func<T, bool> keep)
    {
        var kept = list.Where(keep).ToList();
        if (kept.Count == list.Count)
        {
            return false;
        }

        list.Clear();
        list.Add(kept);
        return true;
    }
}
