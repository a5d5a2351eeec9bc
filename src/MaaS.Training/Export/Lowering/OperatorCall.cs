using MaaS.Onnx;
using MaaS.Onnx.Schema;
using MaaS.Training.Tracing;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Training.Export.Lowering;

/// <summary>One call of an ATen operator in the traced module: its arguments by the schema's names, its results as
/// tracing saw them, and the graph that its lowering adds nodes to.</summary>
public sealed partial class OperatorCall
{
    private readonly TracedOperator _traced;
    private readonly ExportGraph _export;

    internal OperatorCall(TracedOperator traced, ExportGraph export)
    {
        _traced = traced;
        _export = export;
    }

    /// <summary>ATen's name, such as <c>aten::relu</c>.</summary>
    public string Name => _traced.Name;

    /// <summary>The overload, such as <c>dim_max</c>; may be empty.</summary>
    public string Overload => _traced.Overload;

    /// <summary>The path of the submodule that made the call; empty for the module itself.</summary>
    public string ModulePath => _traced.ModulePath;

    /// <summary>The graph that nodes are added to.</summary>
    public GraphBuilder Graph => _export.Builder;

    /// <summary>The number of tensors that the operator gave.</summary>
    public int OutputCount => _traced.Outputs.Count;

    /// <summary>The values named by <see cref="Return"/>.</summary>
    internal IReadOnlyList<string> Results { get; private set; } = [];

    /// <summary>The element type of a result.</summary>
    public DataType OutputType(int index = 0) => _traced.Outputs[index].Type;

    /// <summary>The sizes of a result.</summary>
    public IReadOnlyList<TracedSize> OutputShape(int index = 0) => _traced.Outputs[index].Shape;

    /// <summary>Adds a node with one output.</summary>
    public string Node(
        string op, ReadOnlySpan<string> inputs, params ReadOnlySpan<(string Name, AttributeValue Value)> attributes) =>
        Graph.Node(op, inputs, attributes);

    /// <summary>Names the values that the operator gives, in its order; results that nothing reads may be left
    /// out.</summary>
    public void Return(params string[] values) => Results = values;

    /// <summary>The error for a case that the lowering does not know.</summary>
    public OnnxExportException Unsupported(string reason) => new(reason, Name, ModulePath);

    /// <summary>An error that says which opset would do; the exporter takes that one where the caller named
    /// none.</summary>
    public OnnxExportException NeedsOpset(int opset, string what) =>
        new($"{what} needs opset {opset}; set OnnxExportOptions.Opset", Name, ModulePath) { NeededOpset = opset };

    /// <summary>Whether the schema has the argument and the call gives it a value.</summary>
    public bool Has(string name)
        => _traced.Arguments.TryGetValue(name, out var argument) && argument is not Argument.None;

    /// <summary>Whether the argument is a tensor.</summary>
    public bool IsTensor(string name) =>
        _traced.Arguments.GetValueOrDefault(name) is Argument.Computed or Argument.Constant;

    /// <summary>A tensor argument.</summary>
    public TracedTensor Tensor(string name) => AsTensor(Get(name), name);

    /// <summary>An optional tensor argument.</summary>
    public TracedTensor? OptionalTensor(string name) => Has(name) ? Tensor(name) : null;

    /// <summary>The name of an optional tensor's value, empty where it is left out: ONNX's way to say so.</summary>
    public string NameOrEmpty(string name) => OptionalTensor(name)?.Name ?? "";

    /// <summary>A list of tensors.</summary>
    public TracedTensor[] Tensors(string name) => [.. Items(name).Select(item => AsTensor(item, name))];

    /// <summary>A list of optional tensors.</summary>
    public TracedTensor?[] OptionalTensors(string name) =>
        [.. Items(name).Select(item => item is Argument.None ? null : AsTensor(item, name))];

    /// <summary>An integer that may depend on the dynamic axes.</summary>
    public TracedSize Size(string name) => AsSize(Get(name), name);

    /// <summary>A list of integers that may depend on the dynamic axes.</summary>
    public TracedSize[] Sizes(string name) => [.. Items(name).Select(item => AsSize(item, name))];

    /// <summary>An integer that must not depend on the dynamic axes.</summary>
    public long Int(string name) => Fixed(Size(name), name);

    /// <summary>An optional fixed integer.</summary>
    public long Int(string name, long missing) => Has(name) ? Int(name) : missing;

    /// <summary>A list of fixed integers; a single integer counts as a list; empty where it is left out.</summary>
    public long[] Ints(string name) => Has(name) ? Array.ConvertAll(Sizes(name), size => Fixed(size, name)) : [];

    /// <summary>A real or integer number that must not depend on the dynamic axes.</summary>
    public double Real(string name) => AsReal(Get(name), name);

    /// <summary>A list of numbers, a single one counting as a list; null where it is left out or moves with the dynamic
    /// axes.</summary>
    internal double[]? FixedReals(string name) =>
        Has(name) && Items(name).All(IsFixedNumber) ? [.. Items(name).Select(item => AsReal(item, name))] : null;

    private double AsReal(Argument argument, string name) => argument switch
    {
        Argument.Real real when real.Values.Distinct().Count() == 1 => real.Values[0],
        Argument.Int number => Fixed(number.Value, name),
        Argument.Flag flag => flag.Value ? 1 : 0,
        Argument.Constant { Values: [var tensor, ..] } constant when IsFixedScalar(constant) => ScalarOf(tensor),
        Argument.Real real => throw Moves(name, string.Join('|', real.Values)),
        var other => throw Wrong(name, "a number", other),
    };

    /// <summary>An optional fixed number.</summary>
    public double Real(string name, double missing) => Has(name) ? Real(name) : missing;

    /// <summary>True or false; a missing one is false.</summary>
    public bool Flag(string name) => Has(name) && Get(name) switch
    {
        Argument.Flag flag => flag.Value,
        Argument.Int number => Fixed(number.Value, name) != 0,
        var other => throw Wrong(name, "true or false", other),
    };

    /// <summary>Text; empty where it is left out.</summary>
    public string Text(string name) => !Has(name) ? "" : Get(name) switch
    {
        Argument.Text text => text.Value,
        var other => throw Wrong(name, "text", other),
    };

    private Argument Get(string name) => _traced.Arguments.GetValueOrDefault(name)
        ?? throw Unsupported($"the call has no argument '{name}', only {string.Join(", ", _traced.Arguments.Keys)}");

    private IReadOnlyList<Argument> Items(string name) => Get(name) switch
    {
        Argument.List list => list.Items,
        Argument.None => [],
        var single => [single],
    };

    private TracedTensor AsTensor(Argument argument, string name) => argument switch
    {
        Argument.Computed computed => _export.Read(computed.Id),
        Argument.Constant constant => _export.Constant(constant) ?? throw Unsupported(
            $"the tensor '{name}' is made in forward outside of torch's operators and differs with the dynamic axes; "
            + "make it with torch operators such as arange, ones or triu"),
        _ => throw Wrong(name, "a tensor", argument),
    };

    private TracedSize AsSize(Argument argument, string name) => argument switch
    {
        Argument.Int number => number.Value,
        Argument.Flag flag => new TracedSize(flag.Value ? 1 : 0),
        Argument.Constant constant when constant.Values[0].ElementCount() == 1
            && !constant.Values[0].Type().IsFloat() =>
            new TracedSize([.. constant.Values.Select(static tensor => (long)ScalarOf(tensor))]),
        _ => throw Wrong(name, "an integer", argument),
    };

    private long Fixed(TracedSize size, string name) => size.IsFixed ? size.Value : throw Moves(name, size.ToString());

    private static bool IsFixedNumber(Argument argument) => argument switch
    {
        Argument.Real real => real.Values.Distinct().Count() == 1,
        Argument.Int number => number.Value.IsFixed,
        Argument.Flag => true,
        _ => false,
    };

    private static bool IsFixedScalar(Argument.Constant constant) =>
        constant.Values[0].ElementCount() == 1
        && constant.Values.All(tensor => tensor.RawData.Equals(constant.Values[0].RawData));

    internal static double ScalarOf(TensorProto tensor) => tensor.Type() switch
    {
        DataType.Float => tensor.ToArray<float>()[0],
        DataType.Double => tensor.ToArray<double>()[0],
        DataType.Float16 => (double)tensor.ToArray<Half>()[0],
        DataType.Bool => tensor.Bytes().Span[0],
        DataType.Uint8 => tensor.ToArray<byte>()[0],
        DataType.Int8 => tensor.ToArray<sbyte>()[0],
        DataType.Int16 => tensor.ToArray<short>()[0],
        _ => tensor.ToInt64Array()[0],
    };

    private OnnxExportException Moves(string name, string values) => Unsupported(
        $"the argument '{name}' moves with the dynamic axes ({values} in the traced runs), and ONNX needs a fixed "
            + "number there");

    private OnnxExportException Wrong(string name, string expected, Argument argument) =>
        Unsupported($"expected {expected} for the argument '{name}', got {argument.GetType().Name}");
}
