using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Schema;
using MaaS.Training.Interop;
using static MaaS.Onnx.Schema.TensorProto.Types;
using static TorchSharp.torch;

namespace MaaS.Training.Checkpoints;

/// <summary>The weights of an ONNX graph under the names that they had in the network.</summary>
/// <remarks>Exporters fold the transposition of a linear layer's weight into the constant and number the result: <c>x ·
/// W + b</c> with W (inputs, outputs) and without its name. The bias beside it kept its name, <c>….bias</c>, so the
/// matrix is that layer's
/// <c>….weight</c>, given here as torch holds it, (outputs, inputs). Of a residual network without any names the places
/// give them, see <see cref="ResidualGraph"/>.</remarks>
internal sealed class OnnxWeights : IWeightFile
{
    private static readonly Dictionary<DataType, ElementType> Types = new()
    {
        [DataType.Float] = ElementType.Float32,
        [DataType.Double] = ElementType.Float64,
        [DataType.Float16] = ElementType.Float16,
        [DataType.Bfloat16] = ElementType.BFloat16,
    };

    private readonly Dictionary<string, (TensorProto Tensor, bool Transposed)> _weights = new(StringComparer.Ordinal);

    private OnnxWeights(string location, GraphProto graph)
    {
        Location = location;
        var index = new GraphIndex(graph);
        var residual = graph.Initializer.Any(static t => t.Name.EndsWith(".weight", StringComparison.Ordinal))
            ? new Dictionary<string, string>() : ResidualGraph.Names(graph);
        var named = graph.Node.Where(static n => n.OpType == "MatMul")
            .Select(n => (Name: NameOf(n, index), Weight: n.Input[1]))
            .Where(static n => n.Name is not null).DistinctBy(static n => n.Weight)
            .ToDictionary(static n => n.Weight, static n => n.Name!);
        foreach (var tensor in graph.Initializer.Where(static t => Types.ContainsKey(t.Type())))
        {
            var transposed = named.TryGetValue(tensor.Name, out var name);
            name ??= residual.GetValueOrDefault(tensor.Name, tensor.Name);
            if (!_weights.TryAdd(name, (tensor, transposed)))
            {
                throw new InvalidDataException(
                    $"{location}: expected one matrix for each bias, got two for the weight '{name}'.");
            }
        }

        Entries = [.. _weights.Select(static w =>
            new WeightEntry(
                w.Key, Types[w.Value.Tensor.Type()], Shape(w.Value.Tensor, w.Value.Transposed), w.Value.Transposed))];
    }

    public string Location { get; }

    public IReadOnlyList<WeightEntry> Entries { get; }

    /// <summary>Reads a model.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no ONNX model, or has no weights of a floating-point
    /// type.</exception>
    public static OnnxWeights Open(string path)
    {
        var weights = new OnnxWeights(path, OnnxModel.Load(path).Graph);
        return weights.Entries.Count > 0 ? weights
            : throw new InvalidDataException(
                $"{path}: expected a model with weights of a floating-point type, found none.");
    }

    public Tensor Read(string name)
    {
        var (weight, transposed) = _weights[name];
        using var scope = NewDisposeScope();
        var tensor = TensorValues.ToTensor(new TensorValue(Types[weight.Type()], [.. weight.Dims], weight.Bytes()));
        return (transposed ? tensor.t().contiguous() : tensor).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        // The model is managed memory.
    }

    // The layer's weight, where the product is a linear layer's and its matrix has lost its name.
    private static string? NameOf(NodeProto product, GraphIndex index)
    {
        const string Bias = ".bias";
        if (index.Initializer(product.Input[1]) is not { Dims.Count: 2 } matrix
            || !index.HasSingleUse(product.Output[0]))
        {
            return null;
        }

        var sum = index.Consumers(product.Output[0])[0];
        var bias = sum.OpType == "Add"
            ? sum.Input.Select(index.Initializer).SingleOrDefault(static t => t is not null) : null;
        if (bias is not { Dims.Count: 1 } || bias.Dims[0] != matrix.Dims[1]
            || !bias.Name.EndsWith(Bias, StringComparison.Ordinal))
        {
            return null;
        }

        var name = bias.Name[..^Bias.Length] + ".weight";
        return index.Initializer(name) is null ? name : null;
    }

    private static IReadOnlyList<long> Shape(TensorProto tensor, bool transposed)
        => transposed ? [.. tensor.Dims.Reverse()] : [.. tensor.Dims];
}
