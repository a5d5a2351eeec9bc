using MaaS.Onnx.Inference;
using MaaS.Onnx.Schema;
using Microsoft.ML.OnnxRuntime;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx;

/// <summary>The element type and shape of a value; the shape is null where its rank is not known.</summary>
/// <param name="Type">The element type.</param>
/// <param name="Dimensions">The sizes, from the first axis to the last.</param>
public sealed record OnnxShape(DataType Type, IReadOnlyList<OnnxDimension>? Dimensions)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{Type.Label()}[{(Dimensions is null ? "?" : string.Join(',', Dimensions))}]";
}

/// <summary>Shapes of all values of a model: ONNX Runtime's own inference, joined with what the model
/// declares.</summary>
public static class ShapeInference
{
    // Larger initializers are weights, whose values no shape depends on; the rest are axes, shapes and indices.
    private const int SmallTensor = 1024;

    // The rank of their result is the length of an input, which only running the model may tell.
    private static readonly HashSet<string> RankFromValues = [
        "Reshape", "Expand", "ConstantOfShape", "If", "Loop", "Scan", "SequenceAt"];

    /// <summary>Infers the shape of every value that a node makes or reads.</summary>
    /// <param name="model">The model, which is not changed.</param>
    /// <param name="sizes">Sizes of dynamic axes by name; the others stay symbols.</param>
    /// <exception cref="InferenceException">ONNX Runtime refuses the model.</exception>
    public static IReadOnlyDictionary<string, OnnxShape> Infer(
        OnnxModel model, IReadOnlyDictionary<string, long>? sizes = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        var shapes = new Dictionary<string, OnnxShape>();
        var slim = Slim(model, sizes);
        foreach (var value in slim.Graph.Input.Concat(slim.Graph.Output).Where(static value => value.Type is not null))
        {
            Merge(shapes, value.Name, value.ElementType(), OnnxDimension.ShapeOf(value));
        }

        OnnxRuntimeTelemetry.TurnOff();
        using var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        using var session = Open(new OnnxModel(slim), options);
        var makers = model.Graph.Node.SelectMany(static node => node.Output.Select(name => (name, node.OpType)))
            .Where(static pair => pair.name.Length > 0)
            .ToDictionary(static pair => pair.name, static pair => pair.OpType);
        foreach (var (name, metadata) in session.OutputMetadata)
        {
            if (metadata.IsTensor)
            {
                Merge(shapes, name, (DataType)metadata.ElementDataType, Shape(metadata, makers[name]));
            }
        }
        foreach (var tensor in model.Graph.Initializer)
        {
            shapes[tensor.Name] = new OnnxShape(
                tensor.Type(), [.. tensor.Dims.Select(static size => (OnnxDimension)size)]);
        }

        return shapes;
    }

    private static InferenceSession Open(OnnxModel model, SessionOptions options)
    {
        try
        {
            return new InferenceSession(model.ToByteArray(), options);
        }
        catch (OnnxRuntimeException error)
        {
            throw new InferenceException(
                $"shape inference: expected a model that ONNX Runtime takes, but it refused: {error.Message}", error);
        }
    }

    // The graph without its weights, which become inputs, and with every value as an output, so that it is described.
    private static ModelProto Slim(OnnxModel model, IReadOnlyDictionary<string, long>? sizes)
    {
        var graph = new GraphProto { Name = model.Graph.Name };
        graph.Node.Add(model.Graph.Node);
        graph.SparseInitializer.Add(model.Graph.SparseInitializer);
        var weights = model.Graph.Initializer.Where(static tensor => tensor.Type() != DataType.String
            && tensor.Type().Bytes(tensor.ElementCount()) > SmallTensor).ToList();
        var names = model.Graph.Initializer.Select(static tensor => tensor.Name).ToHashSet();
        graph.Initializer.Add(model.Graph.Initializer.Except(weights));
        graph.Input.Add(
            model.Graph.Input.Where(input => !names.Contains(input.Name)).Select(value => Fix(value, sizes)));
        graph.Input.Add(weights.Select(static tensor => OnnxDimension.ValueInfo(
            tensor.Name, tensor.Type(), tensor.Dims.Select(static size => (OnnxDimension)size))));
        var declared = model.Graph.ValueInfo.Concat(model.Graph.Output).GroupBy(static value => value.Name)
            .ToDictionary(static group => group.Key, static group => group.First());
        graph.Output.Add(graph.Node.SelectMany(static node => node.Output).Where(static name => name.Length > 0).Select(
            name => declared.TryGetValue(name, out var value) ? Fix(value, sizes) : new ValueInfoProto
            {
                Name = name,
            }));
        var slim = new ModelProto { IrVersion = model.Proto.IrVersion, Graph = graph };
        slim.OpsetImport.Add(model.Proto.OpsetImport);
        slim.Functions.Add(model.Proto.Functions);
        return slim;
    }

    private static ValueInfoProto Fix(ValueInfoProto value, IReadOnlyDictionary<string, long>? sizes)
    {
        if (sizes is null || OnnxDimension.ShapeOf(value) is not { } shape)
        {
            return value;
        }

        return OnnxDimension.ValueInfo(value.Name, value.ElementType(), shape.Select(dim =>
        {
            if (dim.Symbol is not { } symbol)
            {
                return dim;
            }

            var size = SizePolynomial.Parse(symbol);
            return size.Symbols.All(sizes.ContainsKey) ? size.Evaluate(sizes) : dim;
        }));
    }

    // ONNX Runtime gives no axes for scalars and for values whose rank it cannot tell.
    private static OnnxDimension[]? Shape(NodeMetadata metadata, string maker) =>
        metadata.Dimensions.Length == 0 && RankFromValues.Contains(maker)
            ? null
            : [.. metadata.Dimensions.Zip(metadata.SymbolicDimensions, static (size, symbol) =>
                size >= 0 ? size : IsInvented(symbol) ? default : (OnnxDimension)symbol)];

    // A number goes before a symbol, a symbol before nothing; what the model declares goes before what is inferred.
    private static void Merge(
        Dictionary<string, OnnxShape> shapes, string name, DataType type, IReadOnlyList<OnnxDimension>? shape)
    {
        if (!shapes.TryGetValue(name, out var known))
        {
            shapes[name] = new OnnxShape(type, shape);
        }
        else if (shape is not null)
        {
            shapes[name] = known with
            {
                Dimensions = known.Dimensions is null || known.Dimensions.Count != shape.Count
                    ? shape
                    : [
                        .. known.Dimensions.Zip(
                            shape,
                            static (a, b) => a.Size is not null || (b.Size is null && a.Symbol is not null) ? a : b)],
            };
        }
    }

    // Names that ONNX Runtime makes up for sizes it cannot express; a blank one comes from the model and names nothing.
    private static bool IsInvented(string symbol) =>
        string.IsNullOrWhiteSpace(symbol) || symbol.StartsWith("unk__", StringComparison.Ordinal);
}
