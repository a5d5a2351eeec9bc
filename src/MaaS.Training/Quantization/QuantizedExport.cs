using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Calibration;
using MaaS.Onnx.Quantization.Numerics;
using MaaS.Onnx.Quantization.Qdq;
using MaaS.Onnx.Schema;
using MaaS.Training.Interop;
using static TorchSharp.torch;

namespace MaaS.Training.Quantization;

/// <summary>Gives the ranges that layers averaged to the values of the exported graph that those layers read.</summary>
internal static class QuantizedExport
{
    private static readonly HashSet<string> Products = ["Conv", "Gemm", "MatMul"];

    /// <summary>Quantizes an exported network.</summary>
    /// <param name="exact">The float graph; its nodes are named after the modules that made them.</param>
    /// <param name="layers">The layers that training saw rounded.</param>
    /// <param name="options">As in training.</param>
    /// <param name="examples">Inputs that the other values' ranges come from.</param>
    public static QuantizationAwareResult Write(
        OnnxModel exact,
        IReadOnlyList<FakeQuantizedLayer> layers, QuantizationAwareOptions options, IReadOnlyList<Tensor> examples)
    {
        var learned = Learned(exact.Graph, layers);
        var excluded = exact.Graph.Node.Where(node => Products.Contains(node.OpType) && Range(node, layers) is null)
            .Select(static node => node.Name).ToHashSet();
        var quantizer = new StaticQuantizer(new() { ReduceRange = options.ReducesRange, ExcludedNodes = excluded });

        Dictionary<string, ValueRange> ranges = [];
        List<string> rest = [];
        foreach (var group in quantizer.ValueGroups(exact))
        {
            var known = group.Where(learned.ContainsKey).Select(value => learned[value]).ToList();
            if (known.Count == 0)
            {
                rest.AddRange(group);
                continue;
            }

            var range = known.Aggregate(static (a, b) => a.Union(b));
            foreach (var value in group)
            {
                ranges[value] = range;
            }
        }

        var report = new QuantizationAwareReport(
            [.. ranges.Keys], rest,
            [.. new StaticQuantizer().Nodes(exact).Where(excluded.Contains)]);
        if (rest.Count > 0)
        {
            var calibrated = quantizer.Calibrate(exact, [Values(exact, examples)]);
            foreach (var value in rest)
            {
                ranges[value] = calibrated[value];
            }
        }

        return new QuantizationAwareResult(quantizer.Quantize(exact, new ActivationRanges(ranges)), exact, report);
    }

    // A value that several layers read gets the range that holds all of theirs.
    private static Dictionary<string, ValueRange> Learned(GraphProto graph, IReadOnlyList<FakeQuantizedLayer> layers)
    {
        Dictionary<string, ValueRange> learned = [];
        foreach (var node in graph.Node.Where(static node => Products.Contains(node.OpType)))
        {
            if (Range(node, layers) is { } range)
            {
                var value = node.Input[0];
                learned[value] = learned.TryGetValue(value, out var other) ? other.Union(range) : range;
            }
        }

        return learned;
    }

    // The exporter names nodes "module.path/Operator".
    private static ValueRange? Range(NodeProto node, IReadOnlyList<FakeQuantizedLayer> layers)
    {
        var path = node.Name[..Math.Max(0, node.Name.LastIndexOf('/'))];
        return layers.FirstOrDefault(layer => layer.Path == path)?.Range;
    }

    private static Dictionary<string, TensorValue> Values(OnnxModel model, IReadOnlyList<Tensor> examples) =>
        model.Graph.Input.Zip(examples)
            .ToDictionary(static pair => pair.First.Name, static pair => TensorValues.Of(pair.Second));
}
