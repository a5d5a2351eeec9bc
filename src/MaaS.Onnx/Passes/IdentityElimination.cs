using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Passes;

/// <summary>Removes nodes that give their input back: Identity, evaluation Dropout, a Cast to the type it has, a
/// Transpose undone by the next one, a Reshape of a Reshape, a Concat of one.</summary>
public sealed class IdentityElimination : IGraphPass
{
    /// <inheritdoc/>
    public string Name => "identity-elimination";

    /// <inheritdoc/>
    public bool Run(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = model.Graph;
        var index = new GraphIndex(graph);
        var types = graph.Input.Concat(graph.ValueInfo).Concat(graph.Output)
            .GroupBy(static value => value.Name)
            .ToDictionary(static group => group.Key, static group => group.First().ElementType());
        foreach (var tensor in graph.Initializer)
        {
            types[tensor.Name] = tensor.Type();
        }

        bool changed = false;
        var replacements = new Dictionary<string, string>();
        var removed = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Node)
        {
            if (!node.IsStandard())
            {
                continue;
            }

            changed |= Merge(node, index);
            // An output of the graph must keep its maker.
            if (node.Output.Count == 0 || (node.Output.Count > 1 && node.OpType != "Dropout")
                || index.IsOutput(node.Output[0]) || !IsIdentity(node, index, types))
            {
                continue;
            }

            replacements[node.Output[0]] = node.Input[0];
            removed.Add(node);
        }
        graph.ReplaceUses(replacements);
        graph.RemoveNodes(removed);
        return changed || removed.Count > 0;
    }

    private static bool IsIdentity(
        NodeProto node, GraphIndex index, Dictionary<string, TensorProto.Types.DataType> types) =>
        node.OpType switch
        {
            "Identity" => true,
            "Dropout" => !node.Output.Skip(1).Any(mask => index.Consumers(mask).Count > 0 || index.IsOutput(mask))
                && node.InputOrEmpty(2).Length == 0,
            "Cast" => types.TryGetValue(node.Input[0], out var type) && (int)type == node.Int("to"),
            "Transpose" => node.Ints("perm") is { Length: > 0 } perm && IsCount(perm),
            "Concat" => node.Input.Count == 1,
            _ => false,
        };

    // Transpose(Transpose(x)) becomes one Transpose; Reshape(Reshape(x)) keeps the second, unless it copies axes (0).
    private static bool Merge(NodeProto node, GraphIndex index)
    {
        if (node.OpType is not ("Transpose" or "Reshape") || index.Producer(node.Input[0]) is not { } first
            || first.OpType != node.OpType || !first.IsStandard() || !index.HasSingleUse(first.Output[0]))
        {
            return false;
        }
        if (node.OpType == "Transpose")
        {
            long[] inner = first.Ints("perm"), outer = node.Ints("perm");
            if (inner.Length == 0 || inner.Length != outer.Length)
            {
                return false;
            }

            node.SetAttribute("perm", Array.ConvertAll(outer, axis => inner[axis]));
        }
        else if (index.Initializer(node.InputOrEmpty(1)) is not { } shape || shape.ToInt64Array().Contains(0))
        {
            return false;
        }
        node.Input[0] = first.Input[0];
        return true;
    }

    private static bool IsCount(long[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] != i)
            {
                return false;
            }
        }
        return true;
    }
}
