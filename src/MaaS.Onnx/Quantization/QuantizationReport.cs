using System.Net;
using MaaS.Onnx.Quantization.Analysis;
using MaaS.Primitives.Display;

namespace MaaS.Onnx.Quantization;

/// <summary>One model as it was measured.</summary>
/// <param name="Accuracy">By the caller's measure; greater is better. NaN where outputs were compared instead.</param>
/// <param name="LatencyMs">Median milliseconds of a run.</param>
/// <param name="Bytes">Bytes of its weights.</param>
public sealed record ModelMeasurement(double Accuracy, double LatencyMs, long Bytes);

/// <summary>Accuracy on data that had no part in any decision.</summary>
/// <param name="Float">Of the float model.</param>
/// <param name="Quantized">Of the quantized model.</param>
public sealed record TestAccuracy(double Float, double Quantized);

/// <summary>What quantization gained and cost, and what was decided.</summary>
/// <param name="Scheme">How the model was quantized.</param>
/// <param name="Float">The float model.</param>
/// <param name="Quantized">The quantized model.</param>
/// <param name="FloatNodes">Nodes that stayed float to save accuracy.</param>
/// <param name="Accepted">Whether the quantized model was returned.</param>
/// <param name="Reason">Why, in a sentence.</param>
[TypeFormatterSource]
public sealed record QuantizationReport(
    string Scheme, ModelMeasurement Float, ModelMeasurement Quantized, IReadOnlyList<string> FloatNodes, bool Accepted,
    string Reason) : IHtmlDisplay
{
    /// <summary>The quantized outputs against the float ones, where no labels were given; else null.</summary>
    public OutputComparison? Outputs { get; init; }

    /// <summary>Both models on test data; null where all labelled data was decided by.</summary>
    public TestAccuracy? Test { get; init; }

    /// <summary>Weights that this scheme left floating-point, in words: where they are read, how many, how
    /// large.</summary>
    public IReadOnlyList<string> LeftFloat { get; init; } = [];

    /// <summary>Whether the model holds integers that the float model does not: a model without any is never
    /// accepted.</summary>
    public bool IsQuantized { get; init; } = true;

    /// <summary>What makes the measurements worth less, as random inputs do.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>How much accuracy was lost; below zero when it rose.</summary>
    public double AccuracyDrop => Float.Accuracy - Quantized.Accuracy;

    /// <summary>How many times faster the quantized model is.</summary>
    public double Speedup => Float.LatencyMs / Quantized.LatencyMs;

    /// <summary>How many times smaller its weights are.</summary>
    public double Compression => (double)Float.Bytes / Quantized.Bytes;

    /// <summary>A table and the decision.</summary>
    public override string ToString()
        => TextTable.Render(Rows(), 1) + string.Concat(Remarks().Select(static r => r + "\n"));

    /// <summary>A table and the decision, as HTML.</summary>
    public string ToHtml()
        => HtmlTable.Render(Rows(), 1)
        + string.Concat(Remarks().Select(static r => $"<p>{WebUtility.HtmlEncode(r)}</p>"));

    private string[][] Rows() =>
    [
        [Scheme, "float", "quantized", "gain"],
        Outputs is { } outputs
            ? ["least SQNR of outputs, dB", "", $"{outputs.Decibels:F1}", ""]
            : Accuracies(Test is null ? "accuracy" : "validation accuracy", Float.Accuracy, Quantized.Accuracy),
        .. Test is { } test ? [Accuracies("test accuracy", test.Float, test.Quantized)] : Array.Empty<string[]>(),
        ["latency, ms", $"{Float.LatencyMs:F3}", $"{Quantized.LatencyMs:F3}", $"{Speedup:F2}×"],
        ["weights, KiB", $"{Float.Bytes / 1024.0:F1}", $"{Quantized.Bytes / 1024.0:F1}", $"{Compression:F2}×"],
    ];

    private static string[] Accuracies(string name, double exact, double quantized)
        => [name, $"{exact:F4}", $"{quantized:F4}", $"{quantized - exact:+0.0000;-0.0000;0}"];

    private IEnumerable<string> Remarks()
    {
        foreach (var warning in Warnings)
        {
            yield return $"warning: {warning}";
        }

        if (Outputs is { } outputs)
        {
            yield return $"compared with the float model in {outputs.Runs} runs: {string.Join("; ", outputs.Outputs)}";
        }

        if (LeftFloat.Count > 0)
        {
            yield return $"left floating-point: {string.Join("; ", LeftFloat)}";
        }

        if (FloatNodes.Count > 0)
        {
            yield return $"kept float: {string.Join(", ", FloatNodes)}";
        }

        yield return $"{(Accepted ? "accepted" : "refused")}: {Reason}";
    }
}
