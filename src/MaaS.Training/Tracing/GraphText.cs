using System.Globalization;
using MaaS.Onnx.Schema;
using MaaS.Training.Tracing.LibTorch;
using static TorchSharp.torch;

namespace MaaS.Training.Tracing;

/// <summary>Reads the text of a libtorch graph.</summary>
/// <remarks>For example <c>%3 : Float(2, 3, strides=[3, 1], requires_grad=0, device=cpu) =
/// aten::relu(%0)</c>.</remarks>
internal sealed class GraphText
{
    /// <summary>The node from which on another submodule runs.</summary>
    public const string PathMarker = "maas::module_path";

    private static readonly Dictionary<string, ScalarType> ElementTypes = new()
    {
        ["Byte"] = ScalarType.Byte,
        ["Char"] = ScalarType.Int8,
        ["Short"] = ScalarType.Int16,
        ["Int"] = ScalarType.Int32,
        ["Long"] = ScalarType.Int64,
        ["Half"] = ScalarType.Float16,
        ["Float"] = ScalarType.Float32,
        ["Double"] = ScalarType.Float64,
        ["ComplexFloat"] = ScalarType.ComplexFloat32,
        ["ComplexDouble"] = ScalarType.ComplexFloat64,
        ["Bool"] = ScalarType.Bool,
        ["BFloat16"] = ScalarType.BFloat16,
    };

    private readonly RecordedGraph _recorded;
    private readonly GraphTextReader _text;
    private readonly List<TraceNode> _nodes = [];
    private readonly Dictionary<int, TraceNode> _unusedConstants = [];
    private string _modulePath = "";

    private GraphText(RecordedGraph recorded) => (_recorded, _text) = (recorded, new GraphTextReader(recorded.Text));

    /// <summary>Reads a recorded graph.</summary>
    /// <param name="recorded">The graph.</param>
    /// <param name="constants">Copies of its constant tensors, in its order.</param>
    /// <exception cref="TracingException">The text is none that libtorch 2.10 writes.</exception>
    public static Trace Read(RecordedGraph recorded, IReadOnlyList<TensorProto> constants) =>
        new GraphText(recorded).Read(constants);

    private Trace Read(IReadOnlyList<TensorProto> constants)
    {
        var inputs = ReadInputs();
        var given = inputs.Count - constants.Count;
        for (var i = 0; i < constants.Count; i++)
        {
            var value = inputs[given + i];
            _unusedConstants[value.Id] =
                new TraceNode("prim::Constant", null, "", [], [value], new TraceConstant.Tensor(i));
        }

        var (node, path) = (0, 0);
        for (_text.PassSpace(); !_text.TryPass("return "); _text.PassSpace())
        {
            ReadNode(_recorded.Schemas[node++], ref path);
        }

        var outputs = ReadNumbers();
        AddConstants(outputs);
        IReadOnlyList<TraceValue> values = [.. _recorded.InputPositions.Select(position => inputs[position])];
        return TraceCleanup.Run(new Trace(values, _nodes, outputs, constants));
    }

    // Constant tensors stand before the first node that reads them, as libtorch recorded them.
    private void AddConstants(IEnumerable<int> read)
    {
        foreach (var id in read)
        {
            if (_unusedConstants.Remove(id, out var constant))
            {
                _nodes.Add(constant with { ModulePath = _modulePath });
            }
        }
    }

    private List<TraceValue> ReadInputs()
    {
        var inputs = new List<TraceValue>();
        for (_text.Pass("graph("); !_text.TryPass("):"); _text.TryPass(","), _text.PassSpace())
        {
            inputs.Add(ReadValue());
        }

        return inputs;
    }

    private void ReadNode(OperatorSchema? schema, ref int path)
    {
        var outputs = new List<TraceValue>();
        for (; _text.Peek == '%'; _text.TryPass(","), _text.PassSpace())
        {
            outputs.Add(ReadValue());
        }

        _text.Pass("= ");
        var name = _text.Until(static (c, _) => c is '[' or '(');
        var attribute = _text.TryPass("[") ? _text.Until(static (c, _) => c == ']') : null;
        _text.TryPass("]");
        var inputs = ReadNumbers();
        _text.PassLine();
        if (name == PathMarker)
        {
            _modulePath = _recorded.ModulePaths[path++];
            return;
        }

        AddConstants(inputs);
        var constant = name == "prim::Constant" ? ReadConstant(outputs[0].Type, attribute) : null;
        _nodes.Add(new TraceNode(name, schema, _modulePath, inputs, outputs, constant));
    }

    private TraceConstant ReadConstant(string type, string? attribute)
    {
        const string Value = "value=";
        if (attribute is null)
        {
            return new TraceConstant.None();
        }

        return attribute.StartsWith(Value, StringComparison.Ordinal)
            ? ConstantText.Read(type, attribute[Value.Length..])
            : throw _text.Unexpected($"the value of a constant before this, not [{attribute}]");
    }

    // (%1, %2)
    private List<int> ReadNumbers()
    {
        var numbers = new List<int>();
        for (_text.Pass("("); !_text.TryPass(")"); _text.TryPass(", "))
        {
            _text.Pass("%");
            numbers.Add(_text.Number());
        }

        return numbers;
    }

    // %3 : Float(2, 3, strides=[3, 1], requires_grad=0, device=cpu)
    private TraceValue ReadValue()
    {
        _text.Pass("%");
        var id = _text.Number();
        _text.Pass(" : ");
        var type = _text.Until(static (c, next) => c is ',' or ')' or '\n' || (c == ' ' && next == '='));
        var open = type.IndexOf('(', StringComparison.Ordinal);
        var name = open < 0 ? type : type[..open];
        if (name is "Tensor" or "Tensor?")
        {
            return new TraceValue(id, "Tensor", null, null, null);
        }

        if (!ElementTypes.TryGetValue(name, out var elementType))
        {
            return new TraceValue(id, type, null, null, null);
        }

        var (sizes, strides) = open < 0 ? (null, null) : ReadSizes(type[(open + 1)..^1]);
        return new TraceValue(id, "Tensor", elementType, sizes, strides);
    }

    // 2, 3, strides=[3, 1], requires_grad=0, device=cpu; a star stands for a size that is not known.
    private static (long[]? Sizes, long[]? Strides) ReadSizes(string text)
    {
        const string Key = "strides=[";
        long[]? strides = null;
        var at = text.IndexOf(Key, StringComparison.Ordinal);
        if (at >= 0)
        {
            strides = ReadIntegers(text[(at + Key.Length)..text.IndexOf(']', at)]);
            text = text[..at];
        }

        var sizes = string.Join(
            ", ", text.Split(", ", StringSplitOptions.RemoveEmptyEntries).Where(static part => !part.Contains('=')));
        return (sizes.Contains('*') ? null : ReadIntegers(sizes), strides);
    }

    private static long[] ReadIntegers(string text) =>
        [.. text.Split(", ", StringSplitOptions.RemoveEmptyEntries).Select(
            static part => long.Parse(part, CultureInfo.InvariantCulture))];
}
