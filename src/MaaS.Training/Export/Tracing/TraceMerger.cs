using System.Text.Json;

namespace MaaS.Training.Export.Tracing;

/// <summary>Joins runs at different sizes into one <see cref="TracedProgram"/>.</summary>
internal sealed class TraceMerger
{
    private readonly IReadOnlyList<Trace> _traces;
    private readonly Dictionary<int, Argument> _values = [];
    private readonly Dictionary<int, TracedValue> _tensors = [];
    private readonly List<TracedOperator> _operators = [];
    private readonly Dictionary<int, int> _lists = [];   // a traced list of tensors → the operator that made it

    private TraceMerger(IReadOnlyList<Trace> traces) => _traces = traces;

    /// <summary>Joins runs.</summary>
    /// <exception cref="OnnxExportException">The runs executed different operators, or differ in something that is no
    /// number.</exception>
    public static TracedProgram Merge(IReadOnlyList<Trace> traces) => new TraceMerger(traces).Merge();

    private Trace First => _traces[0];

    private TracedProgram Merge()
    {
        var inputs = new List<TracedValue>();
        for (int i = 0; i < First.Inputs.Count; i++) inputs.Add(Tensor([.. _traces.Select(trace => trace.Inputs[i])]));
        for (int i = 0; i < _traces.Max(static trace => trace.Nodes.Count); i++) Merge(i);
        return new TracedProgram(inputs, _operators, [.. First.Outputs.Select(id => _values[id])]);
    }

    private void Merge(int index)
    {
        var nodes = _traces.Select(trace => trace.Nodes.ElementAtOrDefault(index)).ToArray();
        var node = nodes[0] ?? nodes.First(static n => n is not null)!;
        if (nodes.Any(other => other is null || other.Op != node.Op || !other.Inputs.SequenceEqual(node.Inputs)))
        {
            throw new OnnxExportException(
                "forward ran different operators at different sizes of the dynamic axes; a loop or branch depends on a size or on "
                + "values. Declare that axis as fixed, or write the loop or branch with tensor operators (where)",
                node.Op, ModulePath(node));
        }
        switch (node.Op)
        {
            case "prim::Constant":
                _values[node.Outputs[0].Id] = Constant([.. nodes!], [.. nodes.Select(static n => n!.Value)]);
                break;
            case "prim::ListConstruct" or "prim::TupleConstruct":
                _values[node.Outputs[0].Id] = new Argument.List([.. node.Inputs.Select(id => _values[id])]);
                break;
            case "prim::ListUnpack" or "prim::TupleUnpack":
                Unpack(nodes!);
                break;
            case "aten::size" when node.Inputs.Length == 2:
                var axis = ((Argument.Int)_values[node.Inputs[1]]).Value.Value;
                var shape = _tensors[node.Inputs[0]].Shape;
                _values[node.Outputs[0].Id] = new Argument.Int(shape[(int)(axis < 0 ? axis + shape.Count : axis)]);
                break;
            case "prim::NumToTensor" or "aten::Int" or "aten::ScalarImplicit" when _values[node.Inputs[0]] is Argument.Int:
                _values[node.Outputs[0].Id] = _values[node.Inputs[0]];
                break;
            default:
                Call(nodes!);
                break;
        }
    }

    private void Call(TraceNode[] nodes)
    {
        var node = nodes[0];
        if (node.Arguments is null)
            throw new OnnxExportException("libtorch knows no schema for this call", node.Op, ModulePath(node));
        var arguments = new Dictionary<string, Argument>();
        for (int i = 0; i < node.Inputs.Length; i++) arguments[node.Arguments[i]] = _values[node.Inputs[i]];
        bool isList = node.Outputs is [{ Type: "Tensor[]" or "List[Tensor]" }];
        if (isList) _lists[node.Outputs[0].Id] = _operators.Count;
        TracedValue[] outputs = isList ? [] : Tensors(nodes);
        _operators.Add(new TracedOperator(node.Op, node.Overload ?? "", ModulePath(node), arguments, outputs));
    }

    private void Unpack(TraceNode[] nodes)
    {
        var node = nodes[0];
        if (_lists.TryGetValue(node.Inputs[0], out int index))
        {
            _operators[index] = _operators[index] with { Outputs = Tensors(nodes) };
            return;
        }
        var items = ((Argument.List)_values[node.Inputs[0]]).Items;
        for (int i = 0; i < node.Outputs.Length; i++) _values[node.Outputs[i].Id] = items[i];
    }

    private TracedValue[] Tensors(TraceNode[] nodes) =>
        [.. Enumerable.Range(0, nodes[0].Outputs.Length).Select(i => Tensor([.. nodes.Select(n => n.Outputs[i])]))];

    private TracedValue Tensor(TraceValue[] values)
    {
        var value = values[0];
        if (values.Any(other => other.Sizes is null || other.Dtype is null || other.Sizes.Length != value.Sizes?.Length))
            throw new OnnxExportException($"export: value {value.Id} of type {value.Type} has no fixed rank");
        var shape = value.Sizes!.Select((_, axis) => new TracedSize([.. values.Select(v => v.Sizes![axis])])).ToArray();
        var tensor = new TracedValue(value.Id, TorchTensorReader.ElementType(value.Dtype!.Value), shape, IsContiguous(value));
        _tensors[value.Id] = tensor;
        _values[value.Id] = new Argument.Computed(value.Id);
        return tensor;
    }

    private static bool IsContiguous(TraceValue value)
    {
        if (value.Strides is null) return true;
        long expected = 1;
        for (int axis = value.Sizes!.Length - 1; axis >= 0; axis--)
        {
            if (value.Sizes[axis] != 1 && value.Strides[axis] != expected) return false;
            expected *= value.Sizes[axis];
        }
        return true;
    }

    private Argument Constant(TraceNode[] nodes, JsonElement[] values)
    {
        var value = values[0];
        if (values.Any(other => Kind(other) != Kind(value))) throw Differs(nodes[0], "a value of another type");
        switch (value.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return new Argument.None();
            case JsonValueKind.True or JsonValueKind.False:
                return new Argument.Flag(value.GetBoolean());
            case JsonValueKind.Number when IsReal(value):
                return new Argument.Real([.. values.Select(static v => v.GetDouble())]);
            case JsonValueKind.Number:
                return new Argument.Int(new TracedSize([.. values.Select(static v => v.GetInt64())]));
            case JsonValueKind.Array:
                if (values.Any(other => other.GetArrayLength() != value.GetArrayLength()))
                    throw Differs(nodes[0], "a list of another length");
                return new Argument.List([.. Enumerable.Range(0, value.GetArrayLength())
                    .Select(i => Constant(nodes, [.. values.Select(v => v[i])]))]);
            default:
                return Tagged(nodes[0], values);
        }
    }

    private Argument Tagged(TraceNode node, JsonElement[] values)
    {
        if (values[0].TryGetProperty("tensor", out _))
            return new Argument.Constant([.. values.Select((v, run) => _traces[run].Constants[v.GetProperty("tensor").GetInt32()])]);
        if (values[0].TryGetProperty("real", out _))
            return new Argument.Real([.. values.Select(static v => NonFinite(v.GetProperty("real").GetString()!))]);
        string text = Text(values[0]);
        return values.All(other => Text(other) == text) ? new Argument.Text(text) : throw Differs(node, "another text");
    }

    private static string Text(JsonElement value) =>
        (value.TryGetProperty("string", out var text) ? text : value.GetProperty("device")).GetString()!;

    private static double NonFinite(string text) => text switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        _ => double.NaN,
    };

    private static bool IsReal(JsonElement value) => value.GetRawText().AsSpan().IndexOfAny('.', 'e', 'E') >= 0;

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().First().Name,
        JsonValueKind.Number => IsReal(value) ? "real" : "int",
        var kind => kind.ToString(),
    };

    private static OnnxExportException Differs(TraceNode node, string what) => new(
        $"a constant is {what} at another size of the dynamic axes", node.Op, ModulePath(node));

    // Scopes nest as /a/a.b/a.b.c: the last part is the whole path.
    private static string ModulePath(TraceNode node) => node.Scope[(node.Scope.LastIndexOf('/') + 1)..];
}
