namespace MaaS.Training.Tracing;

/// <summary>What libtorch does with the graph of a trace afterwards: one name for each operator, no node without
/// effect.</summary>
internal static class TraceCleanup
{
    /// <summary>The trace without nodes whose results nothing reads, its values numbered anew; nodes that write into an
    /// argument stay.</summary>
    public static Trace Run(Trace trace)
    {
        var read = new HashSet<int>(trace.Outputs);
        var kept = new List<TraceNode>();
        for (var i = trace.Nodes.Count - 1; i >= 0; i--)
        {
            var node = OperatorAliases.Resolve(trace.Nodes[i]);
            if (node.Schema is { Writes: true } || node.Outputs.Any(output => read.Contains(output.Id)))
            {
                read.UnionWith(node.Inputs);
                kept.Add(node);
            }
        }

        kept.Reverse();
        return Renumber(trace with { Nodes = kept });
    }

    // In the order in which values appear: runs that keep the same nodes have the same numbers.
    private static Trace Renumber(Trace trace)
    {
        var numbers = new Dictionary<int, int>();
        TraceValue Number(TraceValue value)
        {
            numbers.TryAdd(value.Id, numbers.Count);
            return value with { Id = numbers[value.Id] };
        }

        TraceValue[] inputs = [.. trace.Inputs.Select(Number)];
        TraceNode[] nodes =
        [
            .. trace.Nodes.Select(node => node with
            {
                Inputs = [.. node.Inputs.Select(id => numbers[id])], Outputs = [.. node.Outputs.Select(Number)],
            }),
        ];
        return trace with { Inputs = inputs, Nodes = nodes, Outputs = [.. trace.Outputs.Select(id => numbers[id])] };
    }
}
