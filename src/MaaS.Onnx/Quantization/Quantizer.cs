using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.Analysis;
using MaaS.Onnx.Quantization.Graphs;
using MaaS.Onnx.Quantization.Schemes;
using static MaaS.Onnx.Schema.TensorProto.Types;

namespace MaaS.Onnx.Quantization;

/// <summary>The better model and the measurements that made it so.</summary>
/// <param name="Model">The quantized model when it was accepted, else the float one.</param>
/// <param name="Report">Both models' accuracy, latency and size.</param>
public sealed record QuantizationResult(OnnxModel Model, QuantizationReport Report);

/// <summary>
/// Quantizes a model and measures whether it paid: both models' accuracy on the caller's data and latency on this
/// machine. A slower or worse model is refused.
/// </summary>
/// <param name="options">When to accept; null for the defaults.</param>
public sealed class Quantizer(QuantizerOptions? options = null)
{
    // Two accuracies that differ by exactly what is allowed do so but for rounding.
    private const double Rounding = 1e-9;

    private readonly QuantizerOptions _options = options ?? new();

    /// <summary>Quantizes, measures and decides.</summary>
    /// <param name="model">The float model; not changed.</param>
    /// <param name="scheme">How to quantize.</param>
    /// <param name="accuracy">Measures a model on labelled validation data, by which is chosen; greater is better. See
    /// <see cref="ClassificationAccuracy"/>.</param>
    /// <param name="sample">Inputs on which latency is measured: as many samples as a request carries.</param>
    /// <param name="testAccuracy">The same measure on data that has no part in any decision: called once for each of
    /// the two models when all is decided. Null where nothing is held back for it; the accuracies of the report are
    /// then those by which was chosen.</param>
    /// <param name="cancellationToken">Stops between two operators.</param>
    /// <exception cref="ArgumentException">The model or the data does not fit the scheme.</exception>
    public QuantizationResult Run(
        OnnxModel model, IQuantizationScheme scheme, Func<InferenceModel, double> accuracy,
        IReadOnlyDictionary<string, TensorValue> sample, Func<InferenceModel, double>? testAccuracy = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(accuracy);
        var candidate = scheme.Prepare(model, cancellationToken);
        using var exact = new ModelSession(model, _options.Inference);
        double exactAccuracy = accuracy(exact.Model);

        var chosen = Choose(
            model, candidate, accuracy, exactAccuracy - _options.MaxAccuracyDrop - Rounding, sample, cancellationToken);
        using var quantized = new ModelSession(chosen.Model, _options.Inference);
        var result = Finish(
            scheme, (model, exact, exactAccuracy), (chosen, quantized, chosen.Accuracy), sample, null,
            cancellationToken);
        return testAccuracy is null ? result : result with
        {
            Report = result.Report with { Test = new(testAccuracy(exact.Model), testAccuracy(quantized.Model)) },
        };
    }

    /// <summary>Quantizes, compares outputs with those of the float model, and decides: for data without
    /// labels.</summary>
    /// <param name="model">The float model; not changed.</param>
    /// <param name="scheme">How to quantize.</param>
    /// <param name="data">Inputs by name, one run each, enumerated several times; latency is measured on the
    /// first.</param>
    /// <param name="cancellationToken">Stops between two operators.</param>
    /// <exception cref="ArgumentException">The model or the data does not fit the scheme, or there is no
    /// data.</exception>
    public QuantizationResult Run(
        OnnxModel model, IQuantizationScheme scheme, IEnumerable<IReadOnlyDictionary<string, TensorValue>> data,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(data);
        var candidate = scheme.Prepare(model, cancellationToken);
        using var exact = new ModelSession(model, _options.Inference);
        var sample = data.FirstOrDefault()
            ?? throw new ArgumentException("quantizer: expected at least one run's inputs, got none", nameof(data));

        var chosen = Choose(model, candidate, m => Margin(Compare(m)), 0, sample, cancellationToken);
        using var quantized = new ModelSession(chosen.Model, _options.Inference);
        return Finish(
            scheme, (model, exact, double.NaN), (chosen, quantized, double.NaN), sample, Compare(quantized.Model),
            cancellationToken);

        OutputComparison Compare(InferenceModel m) => OutputComparison.Measure(exact.Model, m, data, cancellationToken);
    }

    private QuantizationResult Finish(
        IQuantizationScheme scheme, (OnnxModel Model, ModelSession Session, double Accuracy) exact,
        (MixedPrecisionResult Chosen, ModelSession Session, double Accuracy) quantized,
        IReadOnlyDictionary<string, TensorValue> sample,
        OutputComparison? outputs, CancellationToken cancellationToken)
    {
        double[] times = LatencyComparison.Measure(
            [exact.Session.Model, quantized.Session.Model], sample, _options.LatencyDuration, cancellationToken);
        var model = quantized.Chosen.Model;
        var report = Decide(
            new QuantizationReport(
                scheme.Name, new(exact.Accuracy, times[0], exact.Model.WeightBytes),
                new(quantized.Accuracy, times[1], model.WeightBytes),
                quantized.Chosen.FloatNodes, Accepted: false, Reason: "")
            {
                Outputs = outputs,
                LeftFloat = UnquantizedWeights.Describe(model),
                IsQuantized = IntegerTensors(model) > IntegerTensors(exact.Model),
            });
        return new(report.Accepted ? model : exact.Model, report);
    }

    private static int IntegerTensors(OnnxModel model) => GraphCheck.Tensors(model.Graph).Count(static tensor =>
        tensor.Type() is DataType.Int8 or DataType.Uint8 or DataType.Int4 or DataType.Uint4 && tensor.Dims.Count > 0);

    // How far the worst output is from what is still accepted, below zero where it is not: dB, or a share of values.
    private double Margin(OutputComparison outputs) => outputs.Outputs.Min(output => output.Decibels is { } decibels
        ? decibels - _options.MinSqnr
        : (output.Agreement ?? 1) - (1 - _options.MaxAccuracyDrop - Rounding));

    // Everything quantized where that is accurate enough, else mixed precision, else everything all the same for the
    // report.
    private MixedPrecisionResult Choose(
        OnnxModel model, IQuantizationCandidate candidate, Func<InferenceModel, double> accuracy, double least,
        IReadOnlyDictionary<string, TensorValue> sample, CancellationToken cancellationToken)
    {
        var whole = candidate.Quantize(new HashSet<string>());
        var result = new MixedPrecisionResult(whole, Accuracy(whole), []);
        if (result.Accuracy >= least || !_options.MixedPrecision || candidate.Nodes.Count < 2)
        {
            return result;
        }

        var layers = SqnrReport.Measure(model, candidate, [sample], cancellationToken);
        return MixedPrecision.Find(candidate, layers, Accuracy, least) ?? result;

        double Accuracy(OnnxModel quantized)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var session = new ModelSession(quantized, _options.Inference);
            return accuracy(session.Model);
        }
    }

    private QuantizationReport Decide(QuantizationReport report)
    {
        string? refusal =
            !report.IsQuantized ? "nothing was quantized: the model has no node that this scheme takes"
            : report.Outputs is { } outputs && Margin(outputs) < 0
                ? $"an output is too far from the float one: expected {_options.MinSqnr:F1} dB or more and "
                    + $"{1 - _options.MaxAccuracyDrop:P1} of integers equal"
            : report.Outputs is null && report.AccuracyDrop > _options.MaxAccuracyDrop + Rounding
                ? $"it loses {report.AccuracyDrop:F4} of accuracy, more than {_options.MaxAccuracyDrop:F4}"
            : !(report.Speedup >= _options.MinSpeedup)
                ? $"it is {report.Speedup:F2} times as fast, less than {_options.MinSpeedup:F2}"
            : null;
        return report with
        {
            // A model in which nothing was quantized is no result, whatever the caller accepts.
            Accepted = refusal is null || (_options.AcceptAnyway && report.IsQuantized),
            Reason = refusal is null
                ? $"{report.Speedup:F2} times as fast, {report.Compression:F2} times smaller, "
                    + (report.Outputs is { } compared
                    ? $"SQNR of outputs {compared.Decibels:F1} dB or more"
                    : $"accuracy {-report.AccuracyDrop:+0.0000;-0.0000;0}")
                : _options.AcceptAnyway && report.IsQuantized ? $"although {refusal}" : refusal,
        };
    }
}
