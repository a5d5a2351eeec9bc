using MaaS.Core.Inference;
using MaaS.Core.Onnx;
using MaaS.Core.Quantization.Analysis;
using MaaS.Core.Quantization.Schemes;

namespace MaaS.Core.Quantization;

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
    /// <param name="accuracy">Measures a model on labelled data; greater is better. See <see cref="ClassificationAccuracy"/>.</param>
    /// <param name="sample">Inputs on which latency is measured: as many samples as a request carries.</param>
    /// <param name="cancellationToken">Stops between two operators.</param>
    /// <exception cref="ArgumentException">The model or the data does not fit the scheme.</exception>
    public QuantizationResult Run(
        OnnxModel model, IQuantizationScheme scheme, Func<InferenceModel, double> accuracy,
        IReadOnlyDictionary<string, TensorValue> sample, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(scheme);
        ArgumentNullException.ThrowIfNull(accuracy);
        var candidate = scheme.Prepare(model, cancellationToken);
        using var exact = new ModelSession(model, _options.Inference);
        double exactAccuracy = accuracy(exact.Model);

        var chosen = Choose(model, candidate, accuracy, exactAccuracy - _options.MaxAccuracyDrop - Rounding, sample, cancellationToken);
        using var quantized = new ModelSession(chosen.Model, _options.Inference);
        double[] times = LatencyComparison.Measure([exact.Model, quantized.Model], sample, _options.LatencyDuration, cancellationToken);

        var report = Decide(new QuantizationReport(
            scheme.Name, new(exactAccuracy, times[0], model.WeightBytes), new(chosen.Accuracy, times[1], chosen.Model.WeightBytes),
            chosen.FloatNodes, Accepted: false, Reason: ""), candidate.Nodes.Count);
        return new(report.Accepted ? chosen.Model : model, report);
    }

    // Everything quantized where that is accurate enough, else mixed precision, else everything all the same for the report.
    private MixedPrecisionResult Choose(
        OnnxModel model, IQuantizationCandidate candidate, Func<InferenceModel, double> accuracy, double least,
        IReadOnlyDictionary<string, TensorValue> sample, CancellationToken cancellationToken)
    {
        var whole = candidate.Quantize(new HashSet<string>());
        var result = new MixedPrecisionResult(whole, Accuracy(whole), []);
        if (result.Accuracy >= least || !_options.MixedPrecision || candidate.Nodes.Count < 2) return result;
        var layers = SqnrReport.Measure(model, candidate, [sample], cancellationToken);
        return MixedPrecision.Find(candidate, layers, Accuracy, least) ?? result;

        double Accuracy(OnnxModel quantized)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var session = new ModelSession(quantized, _options.Inference);
            return accuracy(session.Model);
        }
    }

    private QuantizationReport Decide(QuantizationReport report, int nodes)
    {
        string? refusal =
            nodes == 0 ? "the model has no node that this scheme quantizes"
            : report.AccuracyDrop > _options.MaxAccuracyDrop + Rounding
                ? $"it loses {report.AccuracyDrop:F4} of accuracy, more than {_options.MaxAccuracyDrop:F4}"
            : !(report.Speedup >= _options.MinSpeedup)
                ? $"it is {report.Speedup:F2} times as fast, less than {_options.MinSpeedup:F2}"
            : null;
        return report with
        {
            Accepted = refusal is null || _options.AcceptAnyway,
            Reason = refusal is null
                ? $"{report.Speedup:F2} times as fast, {report.Compression:F2} times smaller, "
                    + $"accuracy {-report.AccuracyDrop:+0.0000;-0.0000;0}"
                : _options.AcceptAnyway ? $"although {refusal}" : refusal,
        };
    }
}
