using System.Text.Json;
using System.Text.Json.Serialization;

namespace MaaS.Cli.Demo;

/// <summary>What the demo came to: <c>summary.json</c>.</summary>
internal sealed record DemoSummary
{
    public required string Model { get; init; }

    public required string Data { get; init; }

    public required int TrainImages { get; init; }

    public required int TestImages { get; init; }

    /// <summary>On the held-back test digits, 0 to 1.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Mean of the classes' F1, 0 to 1.</summary>
    public required double MacroF1 { get; init; }

    /// <summary>Largest difference between torch's and ONNX Runtime's logits, over all test digits and the exporter's
    /// own checks.</summary>
    public required double ParityMaxAbs { get; init; }

    /// <summary>Wall time of training.</summary>
    public required double TrainSeconds { get; init; }

    /// <summary>Median time of a request over HTTP on one connection, in microseconds.</summary>
    public required double PredictP50Us { get; init; }

    /// <summary>Elements of all parameters.</summary>
    public required long Parameters { get; init; }

    /// <summary>Elements of all parameters with half the channels.</summary>
    public required long PrunedParameters { get; init; }

    /// <summary>Of the pruned and fine-tuned network on the test digits, 0 to 1.</summary>
    public required double PrunedAccuracy { get; init; }

    /// <summary>How many times as fast the pruned network is, one image a run.</summary>
    public required double PrunedSpeedup { get; init; }

    /// <summary>Of the int8 network on the test digits, 0 to 1, accepted or not.</summary>
    public required double Int8Accuracy { get; init; }

    /// <summary>How many times as fast the int8 network is, one image a run.</summary>
    public required double Int8Speedup { get; init; }

    /// <summary>Whether the int8 network is fast and accurate enough to be kept.</summary>
    public required bool Int8Accepted { get; init; }

    /// <summary>Files of the demo, relative to the summary's folder.</summary>
    public required IReadOnlyDictionary<string, string> Files { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, DemoJson.Default.DemoSummary);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(DemoSummary))]
internal sealed partial class DemoJson : JsonSerializerContext;
