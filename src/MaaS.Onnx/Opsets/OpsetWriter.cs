using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Opsets;

/// <summary>Writes the converted nodes of one graph, the main one or a body, in order.</summary>
internal sealed class OpsetWriter(GraphProto graph, OpsetScope scope)
{
    private readonly List<NodeProto> _nodes = [];
    private readonly GraphIndex _index = new(graph);

    /// <summary>The opset that the model has.</summary>
    public long Opset => scope.Opset;

    /// <summary>Keeps a node, as it was or as a rule changed it.</summary>
    public void Keep(NodeProto node) => _nodes.Add(node);

    /// <summary>Adds a node in front of the one that is being converted and returns its output.</summary>
    public string Add(
        string op, string hint, ReadOnlySpan<string> inputs,
        params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
    {
        string output = scope.Unique(hint);
        Add(op, output, inputs, output, attributes);
        return output;
    }

    /// <summary>Adds a node that makes a value which others know.</summary>
    public void Add(
        string op, string name, ReadOnlySpan<string> inputs, string output,
        params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
    {
        var node = new NodeProto { OpType = op, Name = name };
        foreach (string input in inputs)
        {
            node.Input.Add(input);
        }
        node.Output.Add(output);
        foreach (var (attribute, value) in attributes)
        {
            node.SetAttribute(attribute, value);
        }
        _nodes.Add(node);
    }

    /// <summary>A constant int64 vector.</summary>
    public string Ints(string hint, params ReadOnlySpan<long> values) =>
        Initializer(OnnxTensor.Create<long>(scope.Unique(hint), values, values.Length));

    /// <summary>A constant float32 vector.</summary>
    public string Floats(string hint, params ReadOnlySpan<float> values) =>
        Initializer(OnnxTensor.Create<float>(scope.Unique(hint), values, values.Length));

    /// <summary>A constant of rank 0 with the element type of a value.</summary>
    /// <exception cref="NotSupportedException">The type of the value cannot be known.</exception>
    public string ScalarLike(string value, string hint, float number, NodeProto node)
    {
        var type = scope.FloatTypeOf(value)
            ?? throw Refused(
                node, $"expected to know the element type of '{value}' in a body of a model of several float types");
        string name = scope.Unique(hint);
        return Initializer(type switch
        {
            DataType.Float => OnnxTensor.Scalar(name, number),
            DataType.Double => OnnxTensor.Scalar(name, (double)number),
            DataType.Float16 => OnnxTensor.Scalar(name, (Half)number),
            DataType.Int64 => OnnxTensor.Scalar(name, checked((long)number)),
            DataType.Int32 => OnnxTensor.Scalar(name, checked((int)number)),
            _ => throw Refused(node, $"expected a floating-point value, got {type.Label()}"),
        });
    }

    /// <summary>The shape of a value; null where its rank is not known.</summary>
    public IReadOnlyList<OnnxDimension>? ShapeOf(string value) => scope.ShapeOf(value);

    /// <summary>The constant that this graph has or makes under a name, or null.</summary>
    public TensorProto? Constant(string value) => _index.Initializer(value)
        ?? (_index.Producer(value) is { OpType: "Constant" } constant ? constant.Attribute("value")?.T : null);

    /// <summary>Whether something reads an output of a node.</summary>
    public bool IsUsed(NodeProto node, int output) => output < node.Output.Count && node.Output[output].Length > 0
        && (_index.Consumers(node.Output[output]).Count > 0 || _index.IsOutput(node.Output[output]));

    /// <summary>Takes an attribute away and returns it, or null.</summary>
    public static AttributeProto? Take(NodeProto node, string name)
    {
        var attribute = node.Attribute(name);
        if (attribute is not null)
        {
            node.Attribute.Remove(attribute);
        }
        return attribute;
    }

    /// <summary>Appends inputs; trailing ones that are empty are left out.</summary>
    public static void AppendInputs(NodeProto node, params ReadOnlySpan<string> inputs)
    {
        int used = inputs.Length;
        while (used > 0 && inputs[used - 1].Length == 0)
        {
            used--;
        }
        foreach (string input in inputs[..used])
        {
            node.Input.Add(input);
        }
    }

    /// <summary>Why a node cannot be converted.</summary>
    public NotSupportedException Refused(NodeProto node, string why) =>
        new(
            $"opset conversion: {node.Describe()} of opset {Opset}: {why}; export the model with opset "
            + $"{OpsetConverter.Target} or newer");

    /// <summary>Puts the new nodes in the place of the old ones.</summary>
    public void Finish()
    {
        graph.Node.Clear();
        graph.Node.Add(_nodes);
    }

    private string Initializer(TensorProto tensor)
    {
        graph.Initializer.Add(tensor);
        return tensor.Name;
    }
}
