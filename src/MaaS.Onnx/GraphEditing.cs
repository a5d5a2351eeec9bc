using MaaS.Onnx.Schema;

namespace MaaS.Onnx;

/// <summary>Changes of a graph that passes share.</summary>
public static class GraphEditing
{
    /// <summary>Makes every reader of the keys read the values instead, through chains of replacements; the graph's
    /// outputs keep their names, so a replaced output must still be made by something.</summary>
    public static void ReplaceUses(this GraphProto graph, IReadOnlyDictionary<string, string> replacements)
    {
        if (replacements.Count == 0)
        {
            return;
        }

        foreach (var node in graph.Node)
        {
            for (int i = 0; i < node.Input.Count; i++)
            {
                node.Input[i] = Resolve(node.Input[i], replacements);
            }

            foreach (var subgraph in node.Subgraphs())
            {
                subgraph.ReplaceUses(replacements);
            }
        }
    }

    /// <summary>Removes nodes.</summary>
    public static void RemoveNodes(this GraphProto graph, IReadOnlySet<NodeProto> nodes)
    {
        if (nodes.Count == 0)
        {
            return;
        }

        var kept = graph.Node.Where(node => !nodes.Contains(node)).ToList();
        graph.Node.Clear();
        graph.Node.Add(kept);
    }

    /// <summary>Declares that a model uses operators of a domain; nothing changes where it already says so.</summary>
    public static void Import(this OnnxModel model, string domain, long version = 1)
    {
        if (model.Proto.OpsetImport.All(set => set.Domain != domain))
        {
            model.Proto.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = version });
        }
    }

    /// <summary>Every name of a node or value in a graph and in the bodies of its nodes.</summary>
    public static IEnumerable<string> AllNames(this GraphProto graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return graph.Input.Select(static input => input.Name)
            .Concat(graph.Initializer.Select(static tensor => tensor.Name))
            .Concat(graph.Node.Select(static node => node.Name))
            .Concat(graph.Node.SelectMany(static node => node.Output))
            .Concat(graph.Node.SelectMany(static node => node.Subgraphs()).SelectMany(AllNames));
    }

    private static string Resolve(string name, IReadOnlyDictionary<string, string> replacements)
    {
        while (replacements.TryGetValue(name, out string? other))
        {
            name = other;
        }

        return name;
    }
}
