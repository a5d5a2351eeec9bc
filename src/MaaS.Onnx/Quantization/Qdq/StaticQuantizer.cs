using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Calibration;
using MaaS.Onnx.Quantization.Graphs;
using MaaS.Onnx.Quantization.Operators;
using MaaS.Onnx.Quantization.Weights;


namespace MaaS.Onnx.Quantization.Qdq;

/// <summary>
/// Static 8-bit quantization: ranges of activations are fixed from sample data, and ONNX Runtime fuses the
/// QuantizeLinear/DequantizeLinear pairs that it writes into integer kernels.
/// </summary>
/// <param name="options">Ranges and nodes; null for the defaults.</param>
public sealed class StaticQuantizer(StaticQuantizerOptions? options = null)
{
    private readonly StaticQuantizerOptions _options = options ?? new();

    /// <summary>The operators that can run on integers.</summary>
    public static IReadOnlyList<string> Operators => QuantizableOperators.Names;

    /// <summary>Names of the nodes of a model that would run on integers, in the graph's order.</summary>
    public IReadOnlyList<string> Nodes(OnnxModel model)
    {
        var prepared = GraphPreparation.Prepare(model);
        var plan = Plan(prepared);
        var embeddings = new EmbeddingQuantizer(new GraphIndex(prepared.Graph), new GraphRewriter(prepared));
        return
        [
            .. prepared.Graph.Node.Where(
                node => plan.Find(node) is not null || _options.TakesEmbedding(node, embeddings))
                .Select(static node => node.Name),
        ];
    }

    /// <summary>Names of the values of a model that are rounded, and so need a range.</summary>
    public IReadOnlyCollection<string> Values(OnnxModel model) => Plan(GraphPreparation.Prepare(model)).Values;

    /// <summary><see cref="Values"/> in groups that share one range: operators only move them.</summary>
    public IReadOnlyList<IReadOnlyList<string>> ValueGroups(OnnxModel model)
    {
        var plan = Plan(GraphPreparation.Prepare(model));
        return [.. plan.Values.GroupBy(plan.Group).Select(static group => group.ToArray())];
    }

    /// <summary>Finds the ranges of the activations.</summary>
    /// <inheritdoc cref="ActivationCalibrator.Run"/>
    public ActivationRanges Calibrate(
        OnnxModel model, IEnumerable<IReadOnlyDictionary<string, TensorValue>> batches,
        InferenceOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var prepared = GraphPreparation.Prepare(model);
        return ActivationCalibrator.Run(
            prepared, Plan(prepared).Values, _options.Calibration, batches, options, cancellationToken);
    }

    /// <summary>A quantized copy of a model.</summary>
    /// <param name="model">The float model, opset 7 or newer; not changed. Bodies of If, Loop and Scan stay float: the
    /// values inside cannot be watched.</param>
    /// <param name="ranges">What <see cref="Calibrate"/> found, with these options or with fewer excluded nodes; or
    /// ranges from elsewhere for all of <see cref="Values"/>.</param>
    /// <exception cref="NotSupportedException">The opset is older than 13 and an operator cannot be
    /// converted.</exception>
    /// <exception cref="KeyNotFoundException">A value has no range.</exception>
    public OnnxModel Quantize(OnnxModel model, ActivationRanges ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        var prepared = GraphPreparation.Prepare(model);
        new QdqWriter(prepared, Plan(prepared), ranges, _options).Write();
        return prepared;
    }

    private QuantizationPlan Plan(OnnxModel prepared) => new(prepared, _options);
}
