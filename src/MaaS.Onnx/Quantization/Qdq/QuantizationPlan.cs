using MaaS.Onnx.Quantization.Operators;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Qdq;

/// <summary>Which nodes of a graph run on integers and which values are therefore quantized.</summary>
/// <remarks>
/// Products by weights decide: they are quantized where they can be. Other operators are quantized only where all of
/// their inputs come from quantized nodes and their output reaches a product, so that no value is rounded for nothing.
/// A Relu or Clip after a node belongs to it: the value is quantized behind it.
/// </remarks>
internal sealed class QuantizationPlan
{
    private readonly GraphIndex _index;
    // By identity: writing the pairs changes the nodes.
    private readonly Dictionary<NodeProto, QuantizableNode> _nodes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, string> _groups = [];
    private readonly HashSet<string> _values = [];

    public QuantizationPlan(OnnxModel model, StaticQuantizerOptions options)
    {
        _index = new GraphIndex(model.Graph);
        FindCandidates(model.Graph, options);
        DropUseless(model.Graph);
        FindValues();
    }

    /// <summary>The nodes that will run on integers.</summary>
    public IReadOnlyCollection<QuantizableNode> Nodes => _nodes.Values;

    /// <summary>Values that are rounded to 8 bits, constants left out.</summary>
    public IReadOnlyCollection<string> Values => _values;

    /// <summary>How a node is quantized; null where it stays float.</summary>
    public QuantizableNode? Find(NodeProto node) => _nodes.GetValueOrDefault(node);

    /// <summary>The value whose parameters a value shares: one name for all that are only moved.</summary>
    public string Group(string value)
    {
        while (_groups.TryGetValue(value, out string? parent) && parent != value)
        {
            value = parent;
        }

        return value;
    }

    /// <summary>The quantized node that makes a value, itself or through the Relu behind it.</summary>
    public QuantizableNode? Source(string value)
    {
        var producer = _index.Producer(value);
        if (producer is not null && IsFusedActivation(producer))
        {
            producer = _index.Producer(producer.Input[0]);
        }

        return producer is not null && _nodes.TryGetValue(producer, out var node) ? node : null;
    }

    /// <summary>The value that leaves a node's integer kernel: its output, or that of the Relu or Clip behind
    /// it.</summary>
    public string Result(string output) =>
        _index.HasSingleUse(output) && IsClamp(_index.Consumers(output)[0])
            ? _index.Consumers(output)[0].Output[0] : output;

    /// <summary>Inputs of a node that are quantized as activations and are no constants.</summary>
    public IEnumerable<string> ActivationValues(QuantizableNode node) => node.Activations
        .Select(i => node.Node.Input[i]).Where(value => _index.Initializer(value) is null);

    private bool IsFusedActivation(NodeProto node) => IsClamp(node) && _index.HasSingleUse(node.Input[0]);

    private static bool IsClamp(NodeProto node) => node.IsStandard() && node.OpType is "Relu" or "Clip";

    // In the graph's order, so that a node's inputs are decided before it.
    private void FindCandidates(GraphProto graph, StaticQuantizerOptions options)
    {
        foreach (var node in graph.Node)
        {
            if (options.Excludes(node) || QuantizableOperators.Match(node, _index) is not { } match)
            {
                continue;
            }

            bool fits = match.Role == NodeRole.Product ? MayRound(match, options) : AllInputsQuantized(match);
            if (fits)
            {
                _nodes[node] = match;
            }
        }
    }

    // What the graph returns is left as it is, so a kernel that cannot return floats stays out.
    private bool MayRound(QuantizableNode node, StaticQuantizerOptions options) =>
        node.MayReturnFloat || options.QuantizeOutputs || !_index.IsOutput(Result(node.Node.Output[0]));

    private bool AllInputsQuantized(QuantizableNode node)
    {
        bool constantsFit = node.Activations.All(i =>
            _index.Initializer(node.Node.Input[i]) is null || _index.IsFloatConstant(node.Node.Input[i]));
        return constantsFit && ActivationValues(node).Any()
            && ActivationValues(node).All(value => Source(value) is not null);
    }

    // Against the graph's order, so that a node's readers are decided before it.
    private void DropUseless(GraphProto graph)
    {
        for (int i = graph.Node.Count - 1; i >= 0; i--)
        {
            if (!_nodes.TryGetValue(graph.Node[i], out var node) || node.Role == NodeRole.Product)
            {
                continue;
            }

            if (!graph.Node[i].Output.Any(output => IsReadByQuantized(Result(output))))
            {
                _nodes.Remove(graph.Node[i]);
            }
        }
    }

    private bool IsReadByQuantized(string value) => _index.Consumers(value)
        .Any(reader => _nodes.TryGetValue(reader, out var node) && node.Activations.Any(i => reader.Input[i] == value));

    private void FindValues()
    {
        foreach (var node in _nodes.Values)
        {
            _values.UnionWith(ActivationValues(node));
            if (!node.MayReturnFloat)
            {
                _values.UnionWith(node.Node.Output.Where(static o => o.Length > 0).Select(Result));
            }
        }
        foreach (var node in _nodes.Values.Where(static node => node.Role == NodeRole.Moves))
        {
            foreach (string output in node.Node.Output)
            {
                _groups[Group(Result(output))] = Group(node.Node.Input[0]);
            }
        }
    }
}
