using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Calibration;
using MaaS.Onnx.Quantization.Graphs;
using MaaS.Onnx.Quantization.Schemes;
using MaaS.Onnx.Schema;
using MaaS.Primitives.Display;

namespace MaaS.Onnx.Quantization.Analysis;

/// <summary>Finds the layers that quantization hurts.</summary>
public sealed class SqnrReport
{
    private SqnrReport(IReadOnlyList<LayerSqnr> layers) => Layers = layers;

    /// <summary>The quantized nodes, the most harmful first.</summary>
    public IReadOnlyList<LayerSqnr> Layers { get; }

    /// <summary>Measures every quantized node of a model.</summary>
    /// <param name="model">The float model.</param>
    /// <param name="candidate">What a scheme prepared for it.</param>
    /// <param name="batches">A few batches of inputs; each is run once for every node.</param>
    /// <param name="cancellationToken">Stops between two operators.</param>
    /// <exception cref="ArgumentException">There is no batch, or one does not fit the model.</exception>
    public static SqnrReport Measure(
        OnnxModel model, IQuantizationCandidate candidate,
        IReadOnlyList<IReadOnlyDictionary<string, TensorValue>> batches,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        if (batches.Count == 0)
        {
            throw new ArgumentException("sqnr: expected at least one batch of inputs, got none", nameof(batches));
        }

        var prepared = GraphPreparation.Prepare(model);
        var nodes = GraphPreparation.Bodies(prepared.Graph).Prepend(prepared.Graph)
            .SelectMany(static graph => graph.Node)
            .ToDictionary(static node => node.Name);
        var quantized = candidate.Nodes.Select(name => nodes[name]).ToList();

        var watched = prepared.Graph.Node.ToHashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        string[] values = [.. quantized.Where(watched.Contains).Select(static node => node.Output[0])];
        var atOutput = values.Zip(
            Compare(prepared, candidate.Quantize(new HashSet<string>()), values, batches, cancellationToken))
            .ToDictionary(static pair => pair.First, static pair => pair.Second);

        string[] outputs =
        [
            .. prepared.Graph.Output.Where(static output => output.ElementType() == TensorProto.Types.DataType.Float)
                .Select(static output => output.Name),
        ];
        var layers = new List<LayerSqnr>();
        for (int i = 0; i < quantized.Count; i++)
        {
            string name = quantized[i].Name;
            var alone = candidate.Quantize(candidate.Nodes.Where(other => other != name).ToHashSet());
            bool untouched = alone.WeightBytes == prepared.WeightBytes;   // It would have needed other nodes around it.
            double? ownOutput = watched.Contains(quantized[i]) ? atOutput[quantized[i].Output[0]] : null;
            double? harm = untouched ? null
                : outputs.Length > 0 ? Compare(prepared, alone, outputs, batches, cancellationToken).Min()
                : ownOutput;   // The model returns no floats to look at.
            layers.Add(new(name, quantized[i].OpType, ownOutput, harm));
        }
        return new SqnrReport(
            [.. layers.OrderBy(static layer => layer.Alone ?? double.PositiveInfinity)
                .ThenBy(static layer => layer.AtOutput)]);
    }

    /// <summary>A table with one line for each node.</summary>
    public override string ToString() => TextTable.Render(
    [
        ["node", "operator", "alone, dB", "at output, dB"],
        .. Layers.Select(static layer => (string[])
            [layer.Node, layer.OpType, layer.Alone is { } alone ? $"{alone:F1}" : "–",
                layer.AtOutput is { } output ? $"{output:F1}" : "–"]),
    ], 1);

    // Unoptimised, so that pairs around a value are computed as written although it is looked at.
    private static double[] Compare(
        OnnxModel exact, OnnxModel quantized, string[] values,
        IEnumerable<IReadOnlyDictionary<string, TensorValue>> batches,
        CancellationToken cancellationToken)
    {
        var options = new InferenceOptions { OptimizeGraph = false };
        if (values.Length == 0)
        {
            return [];
        }
        using var exactSession = new ModelSession(ActivationCalibrator.Expose(exact, values), options);
        using var quantizedSession = new ModelSession(ActivationCalibrator.Expose(quantized, values), options);
        var ratios = Array.ConvertAll(values, static _ => new Sqnr());
        foreach (var batch in batches)
        {
            using var expected = exactSession.Model.Run(batch, values, cancellationToken);
            using var actual = quantizedSession.Model.Run(batch, values, cancellationToken);
            for (int i = 0; i < values.Length; i++)
            {
                if (expected[i].Count == actual[i].Count)
                {
                    ratios[i].Add(expected[i].AsSpan<float>(), actual[i].AsSpan<float>());
                }
                else
                {
                    ratios[i].AddIncomparable();
                }
            }
        }
        return Array.ConvertAll(ratios, static ratio => ratio.Decibels);
    }
}
