namespace MaaS.Training.Tracing;

/// <summary>What libtorch does with the graph of a trace afterwards: one name for each operator, no node without effect.</summary>
internal static class TraceCleanup
{
    /// <summary>The trace without nodes whose results nothing reads; those that write into an argument stay.</summary>
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
        return trace with { Nodes = kept };
    }
}
