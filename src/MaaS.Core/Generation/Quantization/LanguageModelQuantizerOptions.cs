using MaaS.Onnx.Inference;
using MaaS.Onnx.Quantization.WeightOnly;

namespace MaaS.Core.Generation.Quantization;

/// <summary>How <see cref="LanguageModelQuantizer"/> stores weights and when it accepts the result.</summary>
public sealed record LanguageModelQuantizerOptions
{
    /// <summary>Bits and blocks. Default 8 bits in blocks of 32; the table of the embedding, of which a token reads one
    /// row, stays float. Null leaves all weights as they are.</summary>
    public WeightOnlyQuantizerOptions? Weights { get; init; } = new() { Bits = 8, Embeddings = false };

    /// <summary>Whether keys and values are kept in float16, which halves the memory of a token of context. Default
    /// false.</summary>
    public bool HalfCache { get; init; }

    /// <summary>How much the perplexity may rise, as a share of the float model's: 0.02 is 2 %. Default 0.02.</summary>
    public double MaxPerplexityRise { get; init; } = 0.02;

    /// <summary>How many times as many tokens a second it must write, with one text and with eight. Default 1: not
    /// slower. 0 accepts any speed, for the sake of size.</summary>
    public double MinSpeedup { get; init; } = 1;

    /// <summary>Whether to return the quantized model even though it is slower or worse. Default false.</summary>
    public bool AcceptAnyway { get; init; }

    /// <summary>Most tokens on which the models are compared, at least 16, spread evenly over the text. Default
    /// 8,192.</summary>
    public int MaxTokens { get; init; } = 8192;

    /// <summary>Threads with which both models run.</summary>
    public InferenceOptions Inference { get; init; } = new();

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">Something is out of its range; the message names all of it.</exception>
    public void Validate()
    {
        string[] failures = [
            .. new[]
            {
                Weights is not null || HalfCache ? null : "expected Weights or HalfCache, got neither",
                MaxPerplexityRise >= 0 ? null : $"expected MaxPerplexityRise of 0 or more, got {MaxPerplexityRise}",
                MinSpeedup >= 0 ? null : $"expected MinSpeedup of 0 or more, got {MinSpeedup}",
                MaxTokens >= 16 ? null : $"expected MaxTokens of at least 16, got {MaxTokens}",
            }.OfType<string>()];
        if (failures.Length > 0)
        {
            throw new ArgumentException($"{nameof(LanguageModelQuantizerOptions)}: {string.Join("; ", failures)}.");
        }
    }
}
