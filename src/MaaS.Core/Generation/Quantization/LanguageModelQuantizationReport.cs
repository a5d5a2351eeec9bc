using System.Globalization;
using System.Net;
using MaaS.Primitives.Display;

namespace MaaS.Core.Generation.Quantization;

/// <summary>A language model as it was measured.</summary>
/// <param name="Perplexity">Of the text; less is better.</param>
/// <param name="TokensPerSecond">Of one text by itself, after its prompt.</param>
/// <param name="TokensPerSecondOfEight">Of eight texts together.</param>
/// <param name="Bytes">Bytes of its weights.</param>
/// <param name="CacheBytes">Bytes of the keys and values of a token.</param>
public sealed record LanguageModelMeasurement(
    double Perplexity, double TokensPerSecond, double TokensPerSecondOfEight, long Bytes, int CacheBytes);

/// <summary>What quantizing a language model gained and cost, and what was decided.</summary>
/// <param name="Scheme">How weights, and keys and values, are stored.</param>
/// <param name="Float">The float model.</param>
/// <param name="Quantized">The quantized model.</param>
/// <param name="Tokens">Tokens that both models were asked for.</param>
/// <param name="Agreement">Share of them for which both find the same token the likeliest.</param>
/// <param name="Accepted">Whether the quantized model was returned.</param>
/// <param name="Reason">Why, in a sentence.</param>
[TypeFormatterSource]
public sealed record LanguageModelQuantizationReport(
    string Scheme, LanguageModelMeasurement Float, LanguageModelMeasurement Quantized, int Tokens, double Agreement,
    bool Accepted, string Reason) : IHtmlDisplay
{
    /// <summary>How much the perplexity rose, as a share of the float model's; below zero when it fell.</summary>
    public double PerplexityRise => (Quantized.Perplexity / Float.Perplexity) - 1;

    /// <summary>How many times as many tokens a second: the less of one text and of eight.</summary>
    public double Speedup => Math.Min(
        Quantized.TokensPerSecond / Float.TokensPerSecond,
        Quantized.TokensPerSecondOfEight / Float.TokensPerSecondOfEight);

    /// <summary>How many times smaller its weights are.</summary>
    public double Compression => (double)Float.Bytes / Quantized.Bytes;

    /// <summary>The figures by the names that packages have for them.</summary>
    public IReadOnlyDictionary<string, double> Metrics => new Dictionary<string, double>
    {
        ["perplexity"] = Quantized.Perplexity,
        ["float_perplexity"] = Float.Perplexity,
        ["agreement"] = Agreement,
        ["speedup"] = Speedup,
        ["compression"] = Compression,
    };

    /// <summary>A table and the decision.</summary>
    public override string ToString() => TextTable.Render(Rows(), 1) + Decision + "\n";

    /// <summary>A table and the decision, as HTML.</summary>
    public string ToHtml() => HtmlTable.Render(Rows(), 1) + $"<p>{WebUtility.HtmlEncode(Decision)}</p>";

    private string Decision => $"{(Accepted ? "accepted" : "refused")}: {Reason}";

    private string[][] Rows() =>
    [
        [Scheme, "float", "quantized", "gain"],
        [Text($"perplexity of {Tokens:N0} tokens"), Text($"{Float.Perplexity:F3}"), Text($"{Quantized.Perplexity:F3}"),
            Text($"{100 * PerplexityRise:+0.00;-0.00;0} %")],
        ["same likeliest token", "", Text($"{100 * Agreement:F1} %"), ""],
        Speeds("tokens/s, one text", Float.TokensPerSecond, Quantized.TokensPerSecond),
        Speeds("tokens/s, eight texts", Float.TokensPerSecondOfEight, Quantized.TokensPerSecondOfEight),
        ["weights, MiB", Text($"{Float.Bytes / 1048576.0:F2}"), Text($"{Quantized.Bytes / 1048576.0:F2}"),
            Text($"{Compression:F2}×")],
        ["keys and values of a token, KiB", Text($"{Float.CacheBytes / 1024.0:F2}"),
            Text($"{Quantized.CacheBytes / 1024.0:F2}"),
            Text($"{(double)Float.CacheBytes / Quantized.CacheBytes:F2}×")],
    ];

    private static string[] Speeds(string name, double exact, double quantized)
        => [name, Text($"{exact:F1}"), Text($"{quantized:F1}"), Text($"{quantized / exact:F2}×")];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
