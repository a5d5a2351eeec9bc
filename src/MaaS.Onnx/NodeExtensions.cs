using MaaS.Onnx.Schema;

namespace MaaS.Onnx;

/// <summary>Reads a node's attributes and inputs with the operator's defaults.</summary>
public static class NodeExtensions
{
    /// <summary>The attribute, or null.</summary>
    public static AttributeProto? Attribute(this NodeProto node, string name)
    {
        foreach (var attribute in node.Attribute)
        {
            if (attribute.Name == name)
            {
                return attribute;
            }
        }
        return null;
    }

    /// <summary>An integer attribute.</summary>
    public static long Int(this NodeProto node, string name, long missing = 0) =>
        node.Attribute(name) is { } attribute ? attribute.I : missing;

    /// <summary>A real attribute.</summary>
    public static float Float(this NodeProto node, string name, float missing = 0) =>
        node.Attribute(name) is { } attribute ? attribute.F : missing;

    /// <summary>A text attribute.</summary>
    public static string String(this NodeProto node, string name, string missing = "") =>
        node.Attribute(name) is { } attribute ? attribute.S.ToStringUtf8() : missing;

    /// <summary>A list of integers; empty when it is missing.</summary>
    public static long[] Ints(this NodeProto node, string name) =>
        node.Attribute(name) is { } attribute ? [.. attribute.Ints] : [];

    /// <summary>The name of an input, or an empty one where it is left out.</summary>
    public static string InputOrEmpty(this NodeProto node, int index) =>
        index < node.Input.Count ? node.Input[index] : "";

    /// <summary>Sets or replaces an attribute.</summary>
    public static void SetAttribute(this NodeProto node, string name, AttributeValue value)
    {
        if (node.Attribute(name) is { } old)
        {
            node.Attribute.Remove(old);
        }

        node.Attribute.Add(value.Named(name));
    }

    /// <summary>Whether the operator is one of ONNX's own.</summary>
    public static bool IsStandard(this NodeProto node) => node.Domain is "" or "ai.onnx";

    /// <summary>How messages call the node: operator and name.</summary>
    public static string Describe(this NodeProto node) =>
        node.Name.Length > 0 ? $"{node.OpType} '{node.Name}'" : $"{node.OpType} → {string.Join(", ", node.Output)}";

    /// <summary>The graphs inside a node (the branches of If, the body of Loop).</summary>
    public static IEnumerable<GraphProto> Subgraphs(this NodeProto node) =>
        node.Attribute.SelectMany(static a => a.G is null ? a.Graphs : a.Graphs.Prepend(a.G));

    /// <summary>The names that a node reads: its inputs and what its subgraphs take from outside.</summary>
    public static IEnumerable<string> References(this NodeProto node)
    {
        foreach (string input in node.Input)
        {
            if (input.Length > 0)
            {
                yield return input;
            }
        }
        foreach (var graph in node.Subgraphs())
        {
            foreach (string name in OuterReferences(graph))
            {
                yield return name;
            }
        }
    }

    private static IEnumerable<string> OuterReferences(GraphProto graph)
    {
        var inner = graph.Input.Select(static value => value.Name)
            .Concat(graph.Initializer.Select(static tensor => tensor.Name))
            .Concat(graph.Node.SelectMany(static node => node.Output)).ToHashSet();
        return graph.Node.SelectMany(References).Concat(graph.Output.Select(static value => value.Name))
            .Where(name => !inner.Contains(name)).Distinct();
    }
}
