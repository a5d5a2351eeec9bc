using MaaS.Onnx.Quantization.Graphs;
using MaaS.Onnx.Schema;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Quantization.HalfPrecision;

/// <summary>Rewrites a graph so that every node that can computes in 16 bits, in place.</summary>
internal sealed class HalfPrecisionWriter
{
    /// <summary>Operators of which an input, an output or an attribute is float32 by definition, or that hold a
    /// graph.</summary>
    private static readonly HashSet<string> FloatOnly =
    [
        "Resize", "Upsample", "Range", "CumSum", "Celu", "IsInf", "NonMaxSuppression",
        "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "RandomNormal", "RandomNormalLike",
        "RandomUniform", "RandomUniformLike", "Multinomial", "Bernoulli", "EyeLike", "If", "Loop", "Scan",
    ];

    /// <summary>Operators of which opset 17 has a float16 form but no bfloat16 one.</summary>
    private static readonly HashSet<string> NoBFloat16 =
    [
        "Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "AveragePool", "Compress", "ConstantOfShape", "Conv",
        "ConvTranspose",
        "Cos", "Cosh", "Det", "Dropout", "Einsum", "Elu", "GRU", "GlobalAveragePool", "GlobalLpPool", "GlobalMaxPool",
        "GridSample",
        "HardSigmoid", "HardSwish", "InstanceNormalization", "LSTM", "LpNormalization", "LpPool", "MaxPool",
        "MaxRoiPool",
        "MaxUnpool", "OneHot", "RNN", "ReverseSequence", "RoiAlign", "Round", "Scatter", "Selu", "Shrink", "Sin",
        "Sinh",
        "Softplus", "Softsign", "Tan", "ThresholdedRelu", "TopK", "Unique",
    ];

    /// <summary>The opset from which an operator takes bfloat16, where that is later than 13, in which most
    /// do.</summary>
    private static readonly Dictionary<string, int> BFloat16Since = new()
    {
        ["BatchNormalization"] = 14,
        ["GreaterOrEqual"] = 16,
        ["LessOrEqual"] = 16,
        ["LeakyRelu"] = 16,
        ["PRelu"] = 16,
        ["Where"] = 16,
    };

    private readonly GraphRewriter _writer;
    private readonly long _opset;
    private readonly DataType _half;
    private readonly HalfType _type;
    private readonly IReadOnlySet<string> _floatOperators;
    private readonly HashSet<string> _floats;
    private readonly Dictionary<string, TensorProto> _initializers;
    private readonly HashSet<string> _outputs = [];
    private readonly Dictionary<string, string> _halfNames = [];
    private readonly Dictionary<string, string> _floatNames = [];

    public HalfPrecisionWriter(OnnxModel model, HalfType type, IReadOnlySet<string> floatOperators)
    {
        _writer = new GraphRewriter(model);
        _opset = model.Opset;
        _type = type;
        _half = type.ElementType();
        _floatOperators = floatOperators;
        _floats = ValueTypes.Floats(model);
        _initializers = model.Graph.Initializer.ToDictionary(static tensor => tensor.Name);
    }

    public void Write()
    {
        var graph = _writer.Graph;
        // Values keep their names in 16 bits; inputs and outputs of the graph keep them in float32.
        foreach (var value in graph.Input.Where(
            input => _floats.Contains(input.Name) && !_initializers.ContainsKey(input.Name)))
        {
            _floatNames[value.Name] = value.Name;
        }

        foreach (var value in graph.Output.Where(output => _floats.Contains(output.Name)))
        {
            _outputs.Add(value.Name);
            _halfNames[value.Name] = _writer.Unique($"{value.Name}_half");
        }
        foreach (var node in graph.Node)
        {
            if (StaysFloat(node))
            {
                WriteFloat(node);
            }
            else
            {
                WriteHalf(node);
            }
        }
        foreach (var output in graph.Output.Where(
            output => _floats.Contains(output.Name) && !_floatNames.ContainsKey(output.Name)))
        {
            WriteFloatCast(output.Name, output.Name);
        }

        graph.ValueInfo.Clear();   // What they say of types is no longer so.
        _writer.Finish();
    }

    private bool StaysFloat(NodeProto node) =>
        !node.IsStandard() || FloatOnly.Contains(node.OpType) || _floatOperators.Contains(node.OpType)
        || (
            _type == HalfType.BFloat16
                && (NoBFloat16.Contains(node.OpType) || _opset < BFloat16Since.GetValueOrDefault(node.OpType)));

    private void WriteHalf(NodeProto node)
    {
        for (int i = 0; i < node.Input.Count; i++)
        {
            node.Input[i] = Half(node.Input[i]);
        }

        for (int i = 0; i < node.Output.Count; i++)
        {
            node.Output[i] = _halfNames.GetValueOrDefault(node.Output[i], node.Output[i]);
        }

        if (node.OpType == "Cast" && node.Int("to") == (long)DataType.Float)
        {
            node.SetAttribute("to", (long)_half);
        }

        if (node.OpType == "ConstantOfShape")
        {
            FillWithHalf(node);
        }

        _writer.Keep(node);
    }

    private void WriteFloat(NodeProto node)
    {
        var renamed = node.References().Where(_floats.Contains).Distinct().ToDictionary(static name => name, Float);
        for (int i = 0; i < node.Input.Count; i++)
        {
            node.Input[i] = renamed.GetValueOrDefault(node.Input[i], node.Input[i]);
        }

        foreach (var subgraph in node.Subgraphs())
        {
            subgraph.ReplaceUses(renamed.Where(static p => p.Key != p.Value).ToDictionary());
        }

        string[] outputs = [.. node.Output];
        for (int i = 0; i < outputs.Length; i++)
        {
            if (_floats.Contains(outputs[i]))
            {
                node.Output[i] = _floatNames[outputs[i]] = FloatName(outputs[i]);
            }
        }
        _writer.Keep(node);
        foreach (string output in outputs.Where(_floats.Contains))
        {
            string half = _halfNames[output] = _halfNames.GetValueOrDefault(output, output);
            _writer.AddNode(
                "Cast", "", _writer.Unique($"{output}_cast"), [_floatNames[output]], [half], ("to", (long)_half));
        }
    }

    private string FloatName(string value) => _outputs.Contains(value) ? value : _writer.Unique($"{value}_float");

    private string Half(string value)
    {
        if (!_floats.Contains(value))
        {
            return value;
        }

        if (_halfNames.TryGetValue(value, out string? known))
        {
            return known;
        }

        if (_initializers.TryGetValue(value, out var tensor))
        {
            var rounded = HalfTypes.Round(tensor, _type);
            rounded.Name = $"{value}_{_half.Label()}";
            return _halfNames[value] = _writer.Initializer(rounded);
        }
        return _floatNames.ContainsKey(value)
            ? _halfNames[value] = _writer.Node("Cast", $"{value}_half", [value], ("to", (long)_half))
            : value;
    }

    private string Float(string value)
    {
        if (_floatNames.TryGetValue(value, out string? known))
        {
            return known;
        }

        if (_initializers.ContainsKey(value))
        {
            return value;
        }

        string name = FloatName(value);
        WriteFloatCast(value, name);
        return name;
    }

    private void WriteFloatCast(string value, string name)
    {
        _floatNames[value] = name;
        _writer.AddNode(
            "Cast", "", _writer.Unique($"{value}_cast"), [_halfNames.GetValueOrDefault(value, value)], [name],
            ("to", (long)DataType.Float));
    }

    private void FillWithHalf(NodeProto node)
    {
        var value = node.Attribute("value")?.T ?? OnnxTensor.Create<float>("value", [0], 1);
        if (value.Type() == DataType.Float)
        {
            node.SetAttribute("value", HalfTypes.Round(value, _type));
        }
    }
}
