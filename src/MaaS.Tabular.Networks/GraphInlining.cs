using MaaS.Onnx;
using MaaS.Onnx.Schema;

namespace MaaS.Tabular.Networks;

/// <summary>Puts the nodes of one graph into another.</summary>
internal static class GraphInlining
{
    private const string Scope = "network";

    /// <summary>Copies nodes and constants under new names.</summary>
    /// <param name="graph">Gets them.</param>
    /// <param name="inner">A graph of one input and one output, without nested graphs.</param>
    /// <param name="input">A value of <paramref name="graph"/> in the place of the input.</param>
    /// <returns>The value in the place of the output.</returns>
    /// <exception cref="InvalidOperationException">A node holds a graph, or there are several inputs or
    /// outputs.</exception>
    public static string Inline(GraphBuilder graph, GraphProto inner, string input)
    {
        if (inner.Input.Count != 1 || inner.Output.Count != 1
            || inner.Node.Any(static n => n.Attribute.Any(static a => a.G is not null)))
        {
            throw new InvalidOperationException(
                $"export of a network: expected one input, one output and no nested graphs, got {inner.Input.Count} "
                    + $"inputs and {inner.Output.Count} outputs.");
        }

        Dictionary<string, string> names = new(StringComparer.Ordinal)
        {
            [""] = "",
            [inner.Input[0].Name] = input,
        };
        foreach (var tensor in inner.Initializer)
        {
            var copy = tensor.Clone();
            copy.Name = names[tensor.Name] = graph.UniqueName($"{Scope}/{tensor.Name}");
            graph.Graph.Initializer.Add(copy);
        }

        foreach (var node in inner.Node)
        {
            foreach (var output in node.Output.Where(static o => o.Length > 0))
            {
                names[output] = graph.UniqueName($"{Scope}/{output}");
            }
        }

        foreach (var node in inner.Node)
        {
            var copy = node.Clone();
            copy.Name = graph.UniqueName($"{Scope}/{node.Name}");
            for (var i = 0; i < copy.Input.Count; i++)
            {
                copy.Input[i] = names[copy.Input[i]];
            }

            for (var i = 0; i < copy.Output.Count; i++)
            {
                copy.Output[i] = names[copy.Output[i]];
            }

            graph.Graph.Node.Add(copy);
        }

        return names[inner.Output[0].Name];
    }
}
