using MaaS.Core.Packages;
using MaaS.Onnx;
using MaaS.Onnx.Inference;
using MaaS.Onnx.Passes;
using MaaS.Onnx.Quantization.WeightOnly;

namespace MaaS.Core.Generation.Quantization;

/// <summary>The better model and the measurements that made it so.</summary>
/// <param name="Model">The quantized model when it was accepted, else the float one.</param>
/// <param name="Report">Both models' perplexity, speed and size.</param>
public sealed record LanguageModelQuantizationResult(OnnxModel Model, LanguageModelQuantizationReport Report);

/// <summary>Stores a language model's weights in 8 or 4 bits, its keys and values in float16, and measures whether it
/// paid: the perplexity of both models and the tokens that they find the likeliest, their tokens a second and their
/// size. A slower or worse model is refused.</summary>
/// <param name="options">Bits, and when to accept; null for the defaults.</param>
public sealed class LanguageModelQuantizer(LanguageModelQuantizerOptions? options = null)
{
    private const int Together = 8;

    private readonly LanguageModelQuantizerOptions _options = options ?? new();

    /// <summary>Quantizes, measures and decides.</summary>
    /// <param name="model">A decoder as <see cref="DecoderGraph"/> takes it; not changed.</param>
    /// <param name="settings">The longest text, and tokens with which texts of the model's own may begin.</param>
    /// <param name="text">Tokens of a text that the model was not trained on; null to compare on texts that the float
    /// model writes itself.</param>
    /// <param name="cancellationToken">Stops between two runs.</param>
    /// <exception cref="ArgumentException">The model is no such decoder, the text is too short or has tokens that the
    /// model does not know, or an option is out of its range.</exception>
    public LanguageModelQuantizationResult Run(
        OnnxModel model, GenerationSettings settings, IReadOnlyList<long>? text = null,
        CancellationToken cancellationToken = default)
        => Run(
            model, settings,
            exact => text is null
                ? TokenWindows.WrittenBy(
                    exact, settings.MaxLength, settings.StopTokens is { Count: > 0 } stops ? stops : [0],
                    cancellationToken)
                : TokenWindows.Of(text, settings.MaxLength, _options.MaxTokens),
            cancellationToken);

    /// <summary>Quantizes, measures and decides by the tokens that count alone, such as a chat model's
    /// answers.</summary>
    /// <inheritdoc cref="Run(OnnxModel, GenerationSettings, IReadOnlyList{long}?, CancellationToken)"/>
    /// <param name="model">A decoder as <see cref="DecoderGraph"/> takes it; not changed.</param>
    /// <param name="settings">The longest text; examples are cut there.</param>
    /// <param name="examples">What the model was not trained on.</param>
    /// <param name="cancellationToken">Stops between two runs.</param>
    /// <exception cref="ArgumentException">The model is no such decoder, no token counts, the examples have tokens that
    /// the model does not know, or an option is out of its range.</exception>
    public LanguageModelQuantizationResult Run(
        OnnxModel model, GenerationSettings settings, IReadOnlyList<TokenExample> examples,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(examples);
        return Run(
            model, settings, _ => TokenWindows.Of(examples, settings.MaxLength, _options.MaxTokens), cancellationToken);
    }

    private LanguageModelQuantizationResult Run(
        OnnxModel model, GenerationSettings settings, Func<DecoderGraph, IReadOnlyList<TokenExample>> windowsFor,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(settings);
        _options.Validate();
        if (model.WeightBytes >= OnnxModel.InlineWeightLimit)
        {
            throw new ArgumentException(
                $"expected a model whose weights take less than {OnnxModel.InlineWeightLimit >> 20} MiB, got "
                    + $"{model.WeightBytes >> 20} MiB: it and the quantized one are run from memory.", nameof(model));
        }

        var (quantized, obstacle) = Quantize(model);
        using var exact = Load(model, "float");
        using var smaller = Load(quantized, "quantized");
        var windows = windowsFor(exact);
        ThrowIfUnknown(exact, windows);
        var scores = new[] { exact, smaller }.Select(g => TokenScores.Measure(g, windows, cancellationToken)).ToArray();
        obstacle ??= exact.RowObstacle() is null && smaller.RowObstacle() is { } reason
            ? $"its texts could not share runs: {reason}" : null;
        var rows = exact.RowObstacle() is null && obstacle is null ? Together : 1;
        var alone = DecodingSpeed.Measure([exact, smaller], 1, settings.MaxLength, cancellationToken);
        var together = rows == 1 ? alone
            : DecodingSpeed.Measure([exact, smaller], rows, settings.MaxLength, cancellationToken);
        var report = Decide(
            new LanguageModelQuantizationReport(
                Scheme(),
                new(scores[0].Perplexity, alone[0], together[0], model.WeightBytes, exact.BytesPerToken),
                new(scores[1].Perplexity, alone[1], together[1], quantized.WeightBytes, smaller.BytesPerToken),
                scores[0].Likeliest.Count, scores[0].Agreement(scores[1]), Accepted: false, Reason: ""),
            obstacle);
        return new(report.Accepted ? quantized : model, report);
    }

    // And why the result is of no use, whatever is measured.
    private (OnnxModel Model, string? Obstacle) Quantize(OnnxModel model)
    {
        string? obstacle = null;
        var quantized = model;
        if (_options.Weights is not null)
        {
            var quantizer = new WeightOnlyQuantizer(_options.Weights);
            obstacle = quantizer.Nodes(model).Count > 0 ? null
                : "nothing was quantized: the model has no product by a constant float32 weight";
            quantized = quantizer.Quantize(model);
        }

        if (_options.HalfCache)
        {
            quantized = ReferenceEquals(quantized, model) ? model.Clone() : quantized;
            var states = Enumerable.Range(0, model.Graph.Input.Count).SelectMany(static n => new[]
            {
                (OnnxDecoder.PastKey(n), OnnxDecoder.PresentKey(n)),
                (OnnxDecoder.PastValue(n), OnnxDecoder.PresentValue(n)),
            }).ToDictionary();
            try
            {
                obstacle ??= new Float16State(states).Run(quantized) ? null
                    : "its keys and values are no float32";
            }
            catch (NotSupportedException e)
            {
                throw new ArgumentException(e.Message, nameof(model), e);
            }
        }

        return (quantized, obstacle);
    }

    private string Scheme() => string.Join(" and ", new[]
    {
        _options.Weights is { } weights ? $"int{weights.Bits} weights in blocks of {weights.BlockSize}" : null,
        _options.HalfCache ? "float16 keys and values" : null,
    }.OfType<string>());

    private DecoderGraph Load(OnnxModel model, string name)
    {
        var loaded = InferenceModel.Load(model.ToByteArray(), name, _options.Inference);
        try
        {
            return new DecoderGraph(loaded);
        }
        catch
        {
            loaded.Dispose();
            throw;
        }
    }

    // Logits are read at the place of each token: one beyond them would be no error of the model's.
    private static void ThrowIfUnknown(DecoderGraph graph, IReadOnlyList<TokenExample> windows)
    {
        using var session = graph.Start(1);
        var vocabulary = session.Append([0]).Length;
        if (windows.SelectMany(static w => w.Ids).Any(t => t < 0 || t >= vocabulary))
        {
            throw new ArgumentException(
                $"expected tokens below {vocabulary}, as many as the model has logits, got others: the tokenizer is "
                    + "another model's.", nameof(windows));
        }
    }

    private LanguageModelQuantizationReport Decide(LanguageModelQuantizationReport report, string? obstacle)
    {
        var refusal = obstacle is not null ? obstacle
            : !(report.PerplexityRise <= _options.MaxPerplexityRise)
                ? $"the perplexity rises by {100 * report.PerplexityRise:F2} %, more than "
                    + $"{100 * _options.MaxPerplexityRise:F2} %"
            : !(report.Speedup >= _options.MinSpeedup)
                ? $"it writes {report.Speedup:F2} times as many tokens a second, less than {_options.MinSpeedup:F2}"
            : null;
        return report with
        {
            Accepted = refusal is null || (_options.AcceptAnyway && obstacle is null),
            Reason = refusal is null
                ? $"{report.Speedup:F2} times as many tokens a second, {report.Compression:F2} times smaller, "
                    + $"perplexity "
                    + $"{100 * report.PerplexityRise:+0.00;-0.00;0} %"
                : _options.AcceptAnyway && obstacle is null ? $"although {refusal}" : refusal,
        };
    }
}
