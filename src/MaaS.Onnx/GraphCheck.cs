using MaaS.Onnx.Schema;

namespace MaaS.Onnx;

/// <summary>Checks what every reader of a graph relies on: each value has one maker, each input exists, nothing is
/// cyclic, each weight has the bytes that its shape asks for, each standard operator has the inputs and outputs that it
/// cannot do without, each output has a name, no axis is declared larger than 2^31-1. Nodes are put in order where
/// they are not.</summary>
public static class GraphCheck
{
    /// <summary>Checks a model.</summary>
    /// <exception cref="InvalidDataException">Names the node or value that is wrong.</exception>
    public static void Check(OnnxModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Check(model, CheckTensor);
    }

    /// <summary>Checks a file before ONNX Runtime reads it. Large weights are not read, and no external data: of them
    /// only the number of bytes is compared with the shape.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is no ONNX model, or names the node or value that is
    /// wrong.</exception>
    public static void CheckFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var stream = File.OpenRead(path);
        Check(OnnxModel.ReadWeightless($"'{path}'", stream), WeightCheck.Check);
    }

    /// <summary>Checks the bytes of a file: see <see cref="CheckFile"/>.</summary>
    /// <exception cref="InvalidDataException">As for <see cref="CheckFile"/>.</exception>
    public static void CheckBytes(byte[] model)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var stream = new MemoryStream(model, writable: false);
        Check(OnnxModel.ReadWeightless("the bytes", stream), WeightCheck.Check);
    }

    /// <summary>All tensors of a graph: weights and tensor attributes, those of subgraphs included.</summary>
    public static IEnumerable<TensorProto> Tensors(GraphProto graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var own = graph.Initializer.Concat(graph.SparseInitializer.SelectMany(static s => new[] { s.Values, s.Indices })
            .Where(static tensor => tensor is not null));
        var attributes = graph.Node.SelectMany(static node => node.Attribute)
            .SelectMany(static a => a.T is null ? a.Tensors : a.Tensors.Prepend(a.T));
        var inner = graph.Node.SelectMany(static node => node.Subgraphs()).SelectMany(Tensors);
        return own.Concat(attributes).Concat(inner);
    }

    private static void Check(OnnxModel model, Action<TensorProto> checkTensor)
    {
        if (model.Proto.OpsetImport.Count == 0)
        {
            throw new InvalidDataException("onnx: the model names no operator set (opset_import)");
        }

        foreach (var tensor in Tensors(model.Graph))
        {
            checkTensor(tensor);
        }

        Check(model.Graph, []);
    }

    private static void Check(GraphProto graph, HashSet<string> outer)
    {
        foreach (var node in graph.Node)
        {
            OperatorArity.Check(node);
        }

        var known = new HashSet<string>(outer);
        var initializers = new HashSet<string>();
        foreach (var tensor in graph.Initializer)
        {
            if (!initializers.Add(tensor.Name))
            {
                throw Twice(graph, tensor.Name);
            }

            known.Add(tensor.Name);
        }
        foreach (var sparse in graph.SparseInitializer)
        {
            if (sparse.Values is { Name.Length: > 0 } values)
            {
                known.Add(values.Name);
            }
        }

        var inputs = new HashSet<string>();
        foreach (var input in graph.Input)
        {
            if (input.Name.Length == 0 || !inputs.Add(input.Name))
            {
                throw Twice(graph, input.Name);
            }

            known.Add(input.Name);
        }
        var produced = new HashSet<string>();
        foreach (string output in graph.Node.SelectMany(Made))
        {
            if (known.Contains(output) || !produced.Add(output))
            {
                throw Twice(graph, output);
            }
        }
        Sort(graph, known);
        foreach (var node in graph.Node)
        {
            foreach (var subgraph in node.Subgraphs())
            {
                Check(subgraph, known);
            }
        }
        foreach (var output in graph.Output)
        {
            if (output.Name.Length == 0)
            {
                throw new InvalidDataException($"onnx: an output of graph '{graph.Name}' has no name");
            }

            if (!known.Contains(output.Name))
            {
                throw new InvalidDataException(
                    $"onnx: nothing makes the output '{output.Name}' of graph '{graph.Name}'");
            }
        }

        foreach (var value in graph.Input.Concat(graph.ValueInfo).Concat(graph.Output))
        {
            CheckSizes(graph, value);
        }
    }

    // Kahn's algorithm, stable: a graph that is in order stays as it is. Adds the nodes' outputs to known.
    private static void Sort(GraphProto graph, HashSet<string> known)
    {
        var makers = new Dictionary<string, int>();
        for (int i = 0; i < graph.Node.Count; i++)
        {
            foreach (string output in Made(graph.Node[i]))
            {
                makers[output] = i;
            }
        }
        int[] waiting = new int[graph.Node.Count];
        var readers = new List<int>[graph.Node.Count];
        for (int i = 0; i < graph.Node.Count; i++)
        {
            foreach (string name in graph.Node[i].References().Where(name => !known.Contains(name)))
            {
                if (!makers.TryGetValue(name, out int maker))
                {
                    throw new InvalidDataException(
                        $"onnx: {graph.Node[i].Describe()} reads '{name}', which nothing makes");
                }
                waiting[i]++;
                (readers[maker] ??= []).Add(i);
            }
        }
        var ready = new PriorityQueue<int, int>();
        for (int i = 0; i < waiting.Length; i++)
        {
            if (waiting[i] == 0)
            {
                ready.Enqueue(i, i);
            }
        }
        var order = new List<NodeProto>(graph.Node.Count);
        while (ready.TryDequeue(out int i, out _))
        {
            order.Add(graph.Node[i]);
            foreach (string output in Made(graph.Node[i]))
            {
                known.Add(output);
            }

            foreach (int reader in readers[i] ?? [])
            {
                if (--waiting[reader] == 0)
                {
                    ready.Enqueue(reader, reader);
                }
            }
        }
        if (order.Count < graph.Node.Count)
        {
            var cycle = graph.Node.Where((_, i) => waiting[i] > 0).Take(3).Select(static node => node.Describe());
            throw new InvalidDataException($"onnx: graph '{graph.Name}' is cyclic around {string.Join(", ", cycle)}");
        }
        graph.Node.Clear();
        graph.Node.Add(order);
    }

    /// <summary>The bytes that a tensor's shape and type ask for; 0 for strings.</summary>
    /// <exception cref="InvalidDataException">A size is negative, the type is unknown, or the product is too
    /// large.</exception>
    internal static long ByteCount(TensorProto tensor)
    {
        if (tensor.Dims.Any(static size => size < 0))
        {
            throw new InvalidDataException(
                $"tensor '{tensor.Name}': negative size in [{string.Join(',', tensor.Dims)}]");
        }

        try
        {
            return tensor.Type().Bytes(tensor.ElementCount());
        }
        catch (Exception error) when (error is OverflowException or NotSupportedException)
        {
            throw new InvalidDataException($"tensor '{tensor.Name}': {error.Message}", error);
        }
    }

    private static void CheckTensor(TensorProto tensor)
    {
        ByteCount(tensor);
        if (tensor.Type() != TensorProto.Types.DataType.String)
        {
            tensor.Bytes();
        }
        else if (tensor.StringData.Count != tensor.ElementCount())
        {
            throw new InvalidDataException(
                $"tensor '{tensor.Name}': {tensor.StringData.Count} strings do not fill its shape");
        }
    }

    // ONNX Runtime's shape inference makes as many axes as a shape has numbers, and does not end where the length of
    // the shape is declared to be beyond any tensor's.
    private static void CheckSizes(GraphProto graph, ValueInfoProto value)
    {
        foreach (var axis in OnnxDimension.ShapeOf(value) ?? [])
        {
            if (axis.Size > int.MaxValue)
            {
                throw new InvalidDataException($"onnx: expected axes of at most {int.MaxValue}, the value "
                    + $"'{value.Name}' of graph '{graph.Name}' declares one of {axis.Size}");
            }
        }
    }

    // A node names the outputs that it does not make "".
    private static IEnumerable<string> Made(NodeProto node) => node.Output.Where(static name => name.Length > 0);

    private static InvalidDataException Twice(GraphProto graph, string name) =>
        new($"onnx: graph '{graph.Name}' defines the value '{name}' more than once, or without a name");
}
