using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MaaS.Training.Compression;

/// <summary>What compression came to.</summary>
/// <param name="Budget">What the chosen network had to keep to.</param>
/// <param name="Points">Every network that was tried, the original first.</param>
/// <param name="Chosen">Name of the point to take; null where none is within the budget.</param>
/// <param name="Verdict">The choice in a sentence; where none is within the budget, the nearest point.</param>
/// <param name="Skipped">What was not tried, and why.</param>
/// <param name="LatencyBatch">Samples of a run of which latency was measured.</param>
/// <param name="Machine">Where latency was measured.</param>
/// <param name="ValidationSamples">How many samples the choice rests on.</param>
/// <param name="TestSamples">How many others the choice was measured on.</param>
public sealed record CompressionResult(
    CompressionBudget Budget,
    IReadOnlyList<CompressionPoint> Points, string? Chosen, string Verdict, IReadOnlyList<string> Skipped,
    int LatencyBatch, string Machine, long ValidationSamples, long TestSamples)
{
    /// <summary>The network as it came.</summary>
    [JsonIgnore]
    public CompressionPoint Original => Points[0];

    /// <summary>The point to take; null where none is within the budget.</summary>
    [JsonIgnore]
    public CompressionPoint? Best => Points.FirstOrDefault(p => p.Name == Chosen);

    /// <summary>The points that no other beats in everything, from the most to the least accurate.</summary>
    [JsonIgnore]
    public IReadOnlyList<CompressionPoint> Front
        => [.. Points.Where(static p => p.OnFront).OrderByDescending(static p => p.Accuracy)];

    /// <summary>A page with the table and two pictures: accuracy against latency and against size.</summary>
    public string ToHtml() => CompressionPage.Render(this);

    /// <summary>Everything as JSON, names in snake_case, packages by their file names.</summary>
    public string ToJson()
    {
        var named = this with
        {
            Points = [.. Points.Select(static p => p with { Package = Path.GetFileName(p.Package) })],
        };
        return JsonSerializer.Serialize(named, CompressionJson.Default.CompressionResult);
    }

    /// <summary>The table and the verdict; the front is marked with a star.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        var width = Points.Max(static p => p.Name.Length) + 2;
        text.AppendLine(
            $"  {"".PadRight(width)}{"validation",11}{"lost",9}{"test",9}{"ms",10}{"faster",9}{"KiB",10}{"smaller",9}");
        foreach (var point in Points)
        {
            text.AppendLine(
                $"{(point.OnFront ? '*' : ' ')} {point.Name.PadRight(width)}"
                + $"{point.Accuracy,11:0.0000}{Original.Accuracy - point.Accuracy,9:0.0000}"
                + $"{point.TestAccuracy,9:0.0000}"
                + $"{point.LatencyMs,10:0.000}{$"{Original.LatencyMs / point.LatencyMs:0.00}x",9}"
                + $"{point.Bytes / 1024.0,10:n1}"
                + $"{$"{(double)Original.Bytes / point.Bytes:0.00}x",9}");
        }

        foreach (var skipped in Skipped)
        {
            text.AppendLine($"not tried: {skipped}");
        }

        return text.AppendLine(Verdict).ToString();
    }

    internal static CompressionResult Of(
        CompressorOptions options, IReadOnlyList<CompressionPoint> points, IReadOnlyList<string> skipped,
        string machine, long validationSamples)
    {
        CompressionPoint[] marked = [.. points.Select(p => p with { OnFront = !points.Any(p.IsDominatedBy) })];
        var chosen = options.Budget.Choose(marked);
        var verdict = chosen is not null
            ? $"within {options.Budget}: {Describe(chosen, marked[0])}"
            : $"nothing is within {options.Budget}; the nearest is "
                + $"{Describe(options.Budget.Nearest(marked), marked[0])}";
        return new CompressionResult(
            options.Budget, marked, chosen?.Name, verdict, skipped, options.LatencyBatch, machine, validationSamples,
            TestSamples: 0);
    }

    // Adds to the verdict what the chosen network does on samples that had no part in the choice.
    internal CompressionResult Tested(IReadOnlyList<CompressionPoint> points, long samples)
    {
        var tested = this with { Points = points, TestSamples = samples };
        return tested.Best is { TestAccuracy: { } accuracy } && tested.Original.TestAccuracy is { } original
            ? tested with
            {
                Verdict = $"{Verdict}; on {samples} test samples {accuracy:0.0000} "
                    + $"({accuracy - original:+0.0000;-0.0000;0.0000})",
            }
            : tested;
    }

    private static string Describe(CompressionPoint point, CompressionPoint original)
        => $"{point.Name}, accuracy {point.Accuracy:0.0000} "
            + $"({point.Accuracy - original.Accuracy:+0.0000;-0.0000;0.0000}), "
            + $"{original.LatencyMs / point.LatencyMs:0.00} times as fast, {point.Bytes:n0} bytes";
}

// Written, never read.
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Serialization,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(CompressionResult))]
internal sealed partial class CompressionJson : JsonSerializerContext;
