using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Graphs;

/// <summary>Rewrites a graph node by node: the new nodes stand in order, new names are unique, unused constants
/// go.</summary>
internal sealed class GraphRewriter
{
    private readonly OnnxModel _model;
    private readonly HashSet<string> _names;
    private readonly List<NodeProto> _nodes = [];

    public GraphRewriter(OnnxModel model)
    {
        _model = model;
        _names = [.. model.Graph.AllNames()];
        Graph = model.Graph;
    }

    /// <summary>Rewrites a body inside the graph of another writer, which it shares names with.</summary>
    public GraphRewriter(GraphRewriter outer, GraphProto body)
    {
        _model = outer._model;
        _names = outer._names;
        Graph = body;
    }

    public GraphProto Graph { get; }

    /// <summary>Adds a constant under its name or, where that is taken, one like it.</summary>
    public string Initializer(TensorProto tensor)
    {
        tensor.Name = Unique(tensor.Name);
        Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>A constant scale: a scalar, or a vector where an axis tells them apart.</summary>
    public string Scale(string name, float[] scales) => Initializer(scales.Length == 1
        ? OnnxTensor.Scalar($"{name}_scale", scales[0])
        : OnnxTensor.Create<float>($"{name}_scale", scales, scales.Length));

    /// <summary>The node that was written last.</summary>
    public NodeProto Last => _nodes[^1];

    /// <summary>Keeps a node.</summary>
    public void Keep(NodeProto node) => _nodes.Add(node);

    /// <summary>Adds a node with one output, which is named after the hint.</summary>
    public string Node(
        string op, string output, ReadOnlySpan<string> inputs,
        params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
    {
        output = Unique(output);
        AddNode(op, "", output, inputs, [output], attributes);
        return output;
    }

    /// <summary>Adds a node whose name and outputs are given, because others know them or there are several.</summary>
    public void AddNode(
        string op, string domain, string name, ReadOnlySpan<string> inputs, ReadOnlySpan<string> outputs,
        params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
    {
        var node = new NodeProto { OpType = op, Name = name };
        if (domain.Length > 0)
        {
            node.Domain = domain;
        }

        int used = inputs.Length;
        while (used > 0 && inputs[used - 1].Length == 0)
        {
            used--;
        }

        foreach (string input in inputs[..used])
        {
            node.Input.Add(input);
        }

        foreach (string output in outputs)
        {
            node.Output.Add(output);
        }

        foreach (var (attribute, value) in attributes)
        {
            node.SetAttribute(attribute, value);
        }

        _nodes.Add(node);
    }

    /// <summary>A name that nothing has yet: the hint, or the hint and a number.</summary>
    public string Unique(string hint)
    {
        string name = hint;
        for (int i = 1; !_names.Add(name); i++)
        {
            name = $"{hint}_{i}";
        }

        return name;
    }

    /// <summary>Puts the new nodes in the place of the old ones.</summary>
    public void Finish()
    {
        Graph.Node.Clear();
        Graph.Node.Add(_nodes);
        RemoveUnusedInitializers();
        if (_nodes.Any(static node => node.Domain == OnnxModel.MicrosoftDomain))
        {
            _model.Import(OnnxModel.MicrosoftDomain);
        }
    }

    // From the inputs as well, where old models list them.
    private void RemoveUnusedInitializers()
    {
        var used = Graph.Node.SelectMany(static node => node.References())
            .Concat(Graph.Output.Select(static output => output.Name)).ToHashSet();
        var kept = Graph.Initializer.Where(tensor => used.Contains(tensor.Name)).ToList();
        var unused = Graph.Initializer.Select(static tensor => tensor.Name).ToHashSet();
        unused.ExceptWith(used);
        Graph.Initializer.Clear();
        Graph.Initializer.Add(kept);
        var inputs = Graph.Input.Where(input => !unused.Contains(input.Name)).ToList();
        Graph.Input.Clear();
        Graph.Input.Add(inputs);
    }
}
