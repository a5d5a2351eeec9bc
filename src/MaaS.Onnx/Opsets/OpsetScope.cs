using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Opsets;

/// <summary>What a conversion knows of the whole model: its opset, every name, and types and ranks of the main graph's
/// values.</summary>
internal sealed class OpsetScope
{
    private readonly OnnxModel _model;
    private readonly HashSet<string> _names;
    private readonly Lazy<IReadOnlyDictionary<string, OnnxShape>> _shapes;

    public OpsetScope(OnnxModel model)
    {
        _model = model;
        _names = [.. model.Graph.AllNames()];
        Opset = model.Opset;
        // Inferred from the model as it was: the conversion changes it.
        var before = model.Clone();
        _shapes = new(() => ShapeInference.Infer(before));
    }

    /// <summary>The opset that the model has.</summary>
    public long Opset { get; }

    /// <summary>A name that nothing in the model has yet: the hint, or the hint and a number.</summary>
    public string Unique(string hint)
    {
        string name = hint;
        for (int i = 1; !_names.Add(name); i++)
        {
            name = $"{hint}_{i}";
        }
        return name;
    }

    /// <summary>The shape of a value of the main graph; null where its rank is not known and for values of
    /// bodies.</summary>
    public IReadOnlyList<OnnxDimension>? ShapeOf(string value) => _shapes.Value.GetValueOrDefault(value)?.Dimensions;

    /// <summary>The element type of a floating-point value. Inside bodies nothing is inferred: there it is float32
    /// where the model holds no other floating-point type.</summary>
    public DataType? FloatTypeOf(string value)
    {
        if (_shapes.Value.TryGetValue(value, out var shape) && shape.Type != DataType.Undefined)
        {
            return shape.Type;
        }
        bool mixed = GraphCheck.Tensors(_model.Graph).Select(static tensor => tensor.Type())
            .Concat(_model.Graph.Input.Select(static input => input.ElementType()))
            .Any(static type => type.IsFloat() && type != DataType.Float);
        return mixed ? null : DataType.Float;
    }
}
