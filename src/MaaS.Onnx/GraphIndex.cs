using MaaS.Onnx.Schema;

namespace MaaS.Onnx;

/// <summary>Who makes and who reads each value of a graph, as it was when the index was made.</summary>
public sealed class GraphIndex
{
    private readonly Dictionary<string, NodeProto> _producers = [];
    private readonly Dictionary<string, List<NodeProto>> _consumers = [];
    private readonly Dictionary<string, TensorProto> _initializers = [];
    private readonly HashSet<string> _outputs;
    private readonly GraphIndex? _outer;

    /// <summary>Indexes a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="outer">The graph around it, where it is a body (a branch of If, what Loop repeats), whose constants
    /// it sees.</param>
    public GraphIndex(GraphProto graph, GraphIndex? outer = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _outer = outer;
        foreach (var tensor in graph.Initializer)
        {
            _initializers[tensor.Name] = tensor;
        }

        foreach (var node in graph.Node)
        {
            foreach (string output in node.Output)
            {
                _producers[output] = node;
            }

            foreach (string input in node.References())
            {
                if (!_consumers.TryGetValue(input, out var readers))
                {
                    _consumers[input] = readers = [];
                }

                readers.Add(node);
            }
        }
        _outputs = [.. graph.Output.Select(static output => output.Name)];
    }

    /// <summary>The node that makes a value; null for inputs and initializers.</summary>
    public NodeProto? Producer(string value) => _producers.GetValueOrDefault(value);

    /// <summary>The nodes that read a value, once per use.</summary>
    public IReadOnlyList<NodeProto> Consumers(string value) => _consumers.GetValueOrDefault(value) ?? [];

    /// <summary>The weight or constant of that name in the graph or one around it, or null.</summary>
    public TensorProto? Initializer(string value) =>
        _initializers.TryGetValue(value, out var tensor) ? tensor : _outer?.Initializer(value);

    /// <summary>Whether the graph itself, and none around it, holds the weight or constant of that name.</summary>
    public bool Owns(string value) => _initializers.ContainsKey(value);

    /// <summary>Whether the graph returns the value.</summary>
    public bool IsOutput(string value) => _outputs.Contains(value);

    /// <summary>Whether exactly one node reads the value and the graph does not return it.</summary>
    public bool HasSingleUse(string value) => Consumers(value).Count == 1 && !IsOutput(value);
}
