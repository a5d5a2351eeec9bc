using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx;

/// <summary>Builds a graph node by node. Values are named by text; names are unique; equal constants are
/// shared.</summary>
/// <param name="name">The graph's name.</param>
/// <param name="opset">The version of ONNX's operators, which decides how some operators take their arguments.</param>
public sealed class GraphBuilder(string name, int opset = 17)
{
    private static readonly string Version = typeof(GraphBuilder).Assembly.GetName().Version!.ToString(3);

    private readonly HashSet<string> _names = [];
    private readonly Dictionary<string, string> _constants = [];

    /// <summary>The graph built so far.</summary>
    public GraphProto Graph { get; } = new() { Name = name };

    /// <summary>The version of ONNX's operators.</summary>
    public int Opset { get; } = opset;

    /// <summary>Stands before the names of nodes and of their outputs, such as a module's path; may be empty.</summary>
    public string Scope { get; set; } = "";

    /// <summary>Takes a name that no value or node has yet: the hint itself, or the hint and a number.</summary>
    public string UniqueName(string hint)
    {
        string unique = hint;
        for (int i = 1; !_names.Add(unique); i++)
        {
            unique = $"{hint}_{i}";
        }

        return unique;
    }

    /// <summary>Declares an input of the graph.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public string AddInput(string name, DataType type, IEnumerable<OnnxDimension>? shape)
    {
        Take(name);
        Graph.Input.Add(OnnxDimension.ValueInfo(name, type, shape));
        return name;
    }

    /// <summary>Declares a value that a node makes as an output of the graph.</summary>
    public void AddOutput(string name, DataType type, IEnumerable<OnnxDimension>? shape) =>
        Graph.Output.Add(OnnxDimension.ValueInfo(name, type, shape));

    /// <summary>Adds a constant under its own name.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public string AddInitializer(TensorProto tensor)
    {
        Take(tensor.Name);
        Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    /// <summary>The name of a constant vector or, with an empty shape, scalar; small equal ones are shared.</summary>
    public string Constant<T>(ReadOnlySpan<T> values, params ReadOnlySpan<long> shape) where T : unmanaged
    {
        var tensor = OnnxTensor.Create("", values, shape);
        string? key = tensor.RawData.Length <= 64
            ? $"{tensor.DataType}:{string.Join(',', tensor.Dims)}:{tensor.RawData.ToBase64()}"
            : null;
        if (key is not null && _constants.TryGetValue(key, out string? known))
        {
            return known;
        }

        tensor.Name = UniqueName("const");
        Graph.Initializer.Add(tensor);
        if (key is not null)
        {
            _constants[key] = tensor.Name;
        }

        return tensor.Name;
    }

    /// <summary>A constant of rank 0.</summary>
    public string Scalar<T>(T value) where T : unmanaged => Constant<T>([value], []);

    /// <summary>A constant int64 vector: axes, shapes, indices.</summary>
    public string Ints(params ReadOnlySpan<long> values) => Constant(values, values.Length);

    /// <summary>Adds a node with one output and returns the output's name.</summary>
    /// <param name="op">The operator, one of ONNX's own.</param>
    /// <param name="inputs">Values; an empty name leaves an optional one out.</param>
    /// <param name="attributes">Names and values.</param>
    public string Node(
        string op, ReadOnlySpan<string> inputs, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes) =>
        Nodes(op, inputs, 1, attributes)[0];

    /// <summary>Adds a node and returns its outputs' names.</summary>
    public string[] Nodes(
        string op, ReadOnlySpan<string> inputs, int outputs,
        params ReadOnlySpan<(string Name, AttributeValue Value)> attributes)
    {
        string nodeName = UniqueName(Scope.Length > 0 ? $"{Scope}/{op}" : op);
        var node = new NodeProto { OpType = op, Name = nodeName };
        int used = inputs.Length;
        while (used > 0 && inputs[used - 1].Length == 0)
        {
            used--;
        }

        foreach (string input in inputs[..used])
        {
            node.Input.Add(input);
        }

        foreach (var (attribute, value) in attributes)
        {
            node.Attribute.Add(value.Named(attribute));
        }

        string[] names = new string[outputs];
        for (int i = 0; i < outputs; i++)
        {
            names[i] = UniqueName(outputs == 1 ? $"{nodeName}:0" : $"{nodeName}:{i}");
        }

        node.Output.Add(names);
        Graph.Node.Add(node);
        return names;
    }

    /// <summary>The finished model: IR version 8, the builder's opset, MaaS and its version as the producer.</summary>
    public OnnxModel Build()
    {
        var proto = new ModelProto
        {
            IrVersion = OnnxModel.IrVersion,
            ProducerName = "MaaS",
            ProducerVersion = Version,
            Graph = Graph,
        };
        proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        return new OnnxModel(proto);
    }

    private void Take(string name)
    {
        if (name.Length == 0 || !_names.Add(name))
        {
            throw new ArgumentException(
                $"graph '{Graph.Name}': the value name '{name}' is empty or already taken", nameof(name));
        }
    }
}
