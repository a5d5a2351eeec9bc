using MaaS.Onnx.Quantization.Calibration;
using MaaS.Onnx.Quantization.Graphs;
using MaaS.Onnx.Quantization.Numerics;
using MaaS.Onnx.Quantization.Operators;
using MaaS.Onnx.Quantization.Weights;
using MaaS.Onnx.Schema;

namespace MaaS.Onnx.Quantization.Qdq;

/// <summary>Puts QuantizeLinear/DequantizeLinear pairs around the nodes of a plan, in place.</summary>
internal sealed class QdqWriter
{
    private readonly GraphRewriter _writer;
    private readonly GraphIndex _index;
    private readonly QuantizationPlan _plan;
    private readonly StaticQuantizerOptions _options;
    private readonly Dictionary<string, LinearParameters> _parameters = [];
    private readonly Dictionary<string, string> _dequantized = [];
    private readonly Dictionary<(string Name, int Axis), (float[] Scales, string Value)> _weights = [];

    public QdqWriter(OnnxModel model, QuantizationPlan plan, ActivationRanges ranges, StaticQuantizerOptions options)
    {
        _writer = new GraphRewriter(model);
        _index = new GraphIndex(model.Graph);
        _plan = plan;
        _options = options;
        foreach (var group in plan.Values.GroupBy(plan.Group))
        {
            var range = group.Select(value => ranges[value]).Aggregate(static (a, b) => a.Union(b));
            _parameters[group.Key] = LinearParameters.For(range, options.Activations);
        }
    }

    public void Write()
    {
        var embeddings = new EmbeddingQuantizer(_index, _writer);
        foreach (var input in _writer.Graph.Input.Where(input => _plan.Values.Contains(input.Name)))
        {
            AddPair(input.Name);
        }

        foreach (var node in _writer.Graph.Node)
        {
            string[] outputs = [.. node.Output.Where(_plan.Values.Contains)];
            if (_plan.Find(node) is { } quantized)
            {
                Rewire(quantized);
                _writer.Keep(node);
            }
            else if (_options.TakesEmbedding(node, embeddings))
            {
                embeddings.Rewrite(node);
            }
            else
            {
                ReadDequantized(node);
                _writer.Keep(node);
            }
            foreach (string output in outputs)
            {
                AddPair(output, _options.QuantizeOutputs && _index.IsOutput(output) ? node : null);
            }
        }
        _writer.Finish();
    }

    private LinearParameters Parameters(string value) => _parameters[_plan.Group(value)];

    private void Rewire(QuantizableNode quantized)
    {
        var node = quantized.Node;
        float inputScale = _index.Initializer(node.Input[0]) is null ? Parameters(node.Input[0]).Scale : 1;
        foreach (int i in quantized.Activations)
        {
            string value = node.Input[i];
            node.Input[i] = _index.Initializer(value) is { } constant ? AddConstant(constant) : _dequantized[value];
        }
        if (quantized.Weight is { } weight)
        {
            AddWeight(quantized, weight, inputScale);
        }
    }

    // A float reader of a value whose maker runs on integers must read behind the pair: the kernel has no float output.
    private void ReadDequantized(NodeProto node)
    {
        for (int i = 0; i < node.Input.Count; i++)
        {
            if (_dequantized.TryGetValue(node.Input[i], out string? value) && _plan.Source(node.Input[i]) is not null)
            {
                node.Input[i] = value;
            }
        }
        var read = node.Subgraphs().Any()
            ? node.References().Where(name => _dequantized.ContainsKey(name) && _plan.Source(name) is not null)
                .Distinct()
                .ToDictionary(static name => name, name => _dequantized[name])
            : [];
        foreach (var body in node.Subgraphs())
        {
            body.ReplaceUses(read);
        }
    }

    private void AddPair(string value, NodeProto? maker = null)
    {
        var parameters = Parameters(value);
        string scale = _writer.Initializer(OnnxTensor.Scalar($"{value}_scale", parameters.Scale));
        string zeroPoint = _writer.Initializer(ZeroPoint($"{value}_zero_point", parameters.ZeroPoint));
        string exact = value, rounded = _writer.Unique($"{value}_dequantized");
        if (maker is not null)
        {
            // The graph returns what was rounded: that takes the name, and what the maker makes gets another one.
            (exact, rounded) = (rounded, value);
            maker.Output[maker.Output.IndexOf(value)] = exact;
        }
        string quantized = _writer.Node("QuantizeLinear", $"{value}_quantized", [exact, scale, zeroPoint]);
        _writer.AddNode("DequantizeLinear", "", $"{quantized}_dequantize", [quantized, scale, zeroPoint], [rounded]);
        _dequantized[value] = rounded;
    }

    private string AddConstant(TensorProto constant)
    {
        if (_dequantized.TryGetValue(constant.Name, out string? known))
        {
            return known;
        }

        float[] values = constant.ToArray<float>();
        var parameters = LinearParameters.For(Extremes.Of(values), _options.Activations);
        byte[] quantized = Array.ConvertAll(values, value => (byte)parameters.Quantize(value, _options.Activations));
        string name = _writer.Initializer(OnnxTensor.FromBytes(
            $"{constant.Name}_quantized", _options.Activations.ElementType(), [.. constant.Dims],
            Google.Protobuf.ByteString.CopyFrom(quantized)));
        string scale = _writer.Initializer(OnnxTensor.Scalar($"{constant.Name}_scale", parameters.Scale));
        string zeroPoint = _writer.Initializer(ZeroPoint($"{constant.Name}_zero_point", parameters.ZeroPoint));
        return _dequantized[constant.Name] =
            _writer.Node("DequantizeLinear", $"{constant.Name}_dequantized", [name, scale, zeroPoint]);
    }

    private void AddWeight(QuantizableNode quantized, int position, float inputScale)
    {
        var node = quantized.Node;
        var weight = _index.Initializer(node.Input[position])!;
        float[] values = weight.ToArray<float>();
        long[] dims = [.. weight.Dims];
        int? axis = _options.PerChannel ? quantized.WeightAxis : null;
        float[] scales = WeightQuantizer.Scales(values, dims, axis, _options.ReducesRange);
        if (quantized.Bias is { } biasPosition)
        {
            var bias = _index.Initializer(node.Input[biasPosition])!;
            float[] biases = bias.ToArray<float>();
            BiasQuantizer.FitScales(scales, inputScale, biases);
            node.Input[biasPosition] = AddBias(bias.Name, biases, BiasQuantizer.Scales(scales, inputScale));
        }
        node.Input[position] = AddWeight(weight.Name, values, dims, axis, scales);
    }

    private string AddWeight(string name, float[] values, long[] dims, int? axis, float[] scales)
    {
        var key = (name, axis ?? -1);
        if (_weights.TryGetValue(key, out var known) && known.Scales.AsSpan().SequenceEqual(scales))
        {
            return known.Value;
        }

        sbyte[] integers = WeightQuantizer.Quantize(values, dims, axis, scales, _options.ReducesRange);
        string quantized = _writer.Initializer(OnnxTensor.Create<sbyte>($"{name}_quantized", integers, dims));
        string value = AddDequantize(name, quantized, scales, axis, zeroPoint: true);
        _weights[key] = (scales, value);
        return value;
    }

    private string AddBias(string name, float[] values, float[] scales)
    {
        int[] integers = BiasQuantizer.Quantize(values, scales);
        string quantized = _writer.Initializer(OnnxTensor.Create<int>($"{name}_quantized", integers, integers.Length));
        return AddDequantize(name, quantized, scales, _options.PerChannel ? 0 : null, zeroPoint: false);
    }

    // ONNX Runtime's integer kernels want the zero point of weights written out; a bias has none.
    private string AddDequantize(string name, string quantized, float[] scales, int? axis, bool zeroPoint)
    {
        string scale = _writer.Scale(name, scales);
        string zero = !zeroPoint ? "" : _writer.Initializer(scales.Length == 1
            ? OnnxTensor.Scalar<sbyte>($"{name}_zero_point", 0)
            : OnnxTensor.Create<sbyte>($"{name}_zero_point", new sbyte[scales.Length], scales.Length));
        return axis is { } a
            ? _writer.Node("DequantizeLinear", $"{name}_dequantized", [quantized, scale, zero], ("axis", a))
            : _writer.Node("DequantizeLinear", $"{name}_dequantized", [quantized, scale, zero]);
    }

    private TensorProto ZeroPoint(string name, int value) => _options.Activations == QuantizedType.UInt8
        ? OnnxTensor.Scalar(name, (byte)value)
        : OnnxTensor.Scalar(name, (sbyte)value);
}
