namespace MaaS.Training.Tracing;

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
    /// <exception cref="TracingException">The runs executed different operators, or differ in something that is no
    /// number.</exception>
    public static TracedProgram Merge(IReadOnlyList<Trace> traces) => new TraceMerger(traces).Merge();

    private Trace First => _traces[0];

    private TracedProgram Merge()
    {
        var inputs = new List<TracedValue>();
        for (int i = 0; i < First.Inputs.Count; i++)
        {
            inputs.Add(Tensor([.. _traces.Select(trace => trace.Inputs[i])]));
        }

        for (int i = 0; i < _traces.Max(static trace => trace.Nodes.Count); i++)
        {
            Merge(i);
        }

        return new TracedProgram(inputs, _operators, [.. First.Outputs.Select(id => _values[id])]);
    }

    private void Merge(int index)
    {
        var nodes = _traces.Select(trace => trace.Nodes.ElementAtOrDefault(index)).ToArray();
        var node = nodes[0] ?? nodes.First(static n => n is not null)!;
        if (nodes.Any(other => other is null || other.Op != node.Op || !other.Inputs.SequenceEqual(node.Inputs)))
        {
            throw new TracingException(
                "forward ran different operators at different sizes of the dynamic axes; a loop or branch depends on a "
                    + "size or on "
                + "values. Declare that axis as fixed, or write the loop or branch with tensor operators (where)",
                node.Op, node.ModulePath);
        }
        switch (node.Op)
        {
            case "prim::Constant":
                _values[node.Outputs[0].Id] = Constant(node, [.. nodes.Select(static n => n!.Constant!)]);
                break;
            case "prim::ListConstruct" or "prim::TupleConstruct":
                _values[node.Outputs[0].Id] = new Argument.List([.. node.Inputs.Select(id => _values[id])]);
                break;
            case "prim::ListUnpack" or "prim::TupleUnpack":
                Unpack(nodes!);
                break;
            case "aten::size" when node.Inputs.Count == 2:
                var axis = ((Argument.Int)_values[node.Inputs[1]]).Value.Value;
                var shape = _tensors[node.Inputs[0]].Shape;
                _values[node.Outputs[0].Id] = new Argument.Int(shape[(int)(axis < 0 ? axis + shape.Count : axis)]);
                break;
            case "prim::NumToTensor" or "aten::Int"
                or "aten::ScalarImplicit" when _values[node.Inputs[0]] is Argument.Int:
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
        if (node.Schema is not { } schema)
        {
            throw new TracingException("libtorch knows no schema for this call", node.Op, node.ModulePath);
        }

        var arguments = new Dictionary<string, Argument>();
        for (int i = 0; i < node.Inputs.Count; i++)
        {
            arguments[schema.Arguments[i]] = _values[node.Inputs[i]];
        }

        bool isList = node.Outputs is [{ Type: "Tensor[]" or "List[Tensor]" }];
        if (isList)
        {
            _lists[node.Outputs[0].Id] = _operators.Count;
        }

        TracedValue[] outputs = isList ? [] : Tensors(nodes);
        _operators.Add(
            new TracedOperator(node.Op, schema.Overload, node.ModulePath, schema.Writes, arguments, outputs));
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
        for (int i = 0; i < node.Outputs.Count; i++)
        {
            _values[node.Outputs[i].Id] = items[i];
        }
    }

    private TracedValue[] Tensors(TraceNode[] nodes) =>
        [.. Enumerable.Range(0, nodes[0].Outputs.Count).Select(i => Tensor([.. nodes.Select(n => n.Outputs[i])]))];

    private TracedValue Tensor(TraceValue[] values)
    {
        var value = values[0];
        if (values.Any(
            other => other.Sizes is null || other.ElementType is null || other.Sizes.Length != value.Sizes?.Length))
        {
            throw new TracingException(
                $"expected a tensor of fixed rank and a known type for value {value.Id}, got {value.Type}");
        }

        var shape = value.Sizes!.Select((_, axis) => new TracedSize([.. values.Select(v => v.Sizes![axis])])).ToArray();
        var tensor = new TracedValue(
            value.Id, TorchTensorReader.ElementType(value.ElementType!.Value), shape, IsContiguous(value));
        _tensors[value.Id] = tensor;
        _values[value.Id] = new Argument.Computed(value.Id);
        return tensor;
    }

    private static bool IsContiguous(TraceValue value)
    {
        if (value.Strides is null)
        {
            return true;
        }

        long expected = 1;
        for (int axis = value.Sizes!.Length - 1; axis >= 0; axis--)
        {
            if (value.Sizes[axis] != 1 && value.Strides[axis] != expected)
            {
                return false;
            }

            expected *= value.Sizes[axis];
        }
        return true;
    }

    private Argument Constant(TraceNode node, TraceConstant[] values)
    {
        if (values.Any(other => other.GetType() != values[0].GetType()))
        {
            throw Differs(node, "a value of another type");
        }

        switch (values[0])
        {
            case TraceConstant.None:
                return new Argument.None();
            case TraceConstant.Int:
                return new Argument.Int(new TracedSize([.. values.Select(static v => ((TraceConstant.Int)v).Value)]));
            case TraceConstant.Real:
                return new Argument.Real([.. values.Select(static v => ((TraceConstant.Real)v).Value)]);
            case TraceConstant.Tensor:
                return new Argument.Constant(
                    [.. values.Select((v, run) => _traces[run].Constants[((TraceConstant.Tensor)v).Index])]);
            case TraceConstant.List list:
                var lists = Array.ConvertAll(values, static v => ((TraceConstant.List)v).Items);
                return lists.All(other => other.Count == list.Items.Count)
                    ? new Argument.List(
                        [.. Enumerable.Range(0, list.Items.Count)
                            .Select(i => Constant(node, Array.ConvertAll(lists, l => l[i])))])
                    : throw Differs(node, "a list of another length");
            case TraceConstant.Flag flag:
                return values.All(flag.Equals)
                    ? new Argument.Flag(flag.Value) : throw Differs(node, "another truth value");
            case TraceConstant.Text text:
                return values.All(text.Equals) ? new Argument.Text(text.Value) : throw Differs(node, "another text");
            case TraceConstant.ComplexNumber number:
                return values.All(number.Equals)
                    ? new Argument.ComplexNumber(number.Value) : throw Differs(node, "another complex number");
            default:
                throw new TracingException($"a constant of kind {values[0].GetType().Name} has no form");
        }
    }

    private static TracingException Differs(TraceNode node, string what) => new(
        $"a constant is {what} at another size of the dynamic axes", node.Op, node.ModulePath);
}
