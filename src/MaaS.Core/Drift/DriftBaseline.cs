using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Drift;

/// <summary>How a model's inputs and predictions were spread over its training data: <c>drift.json</c> of a
/// package.</summary>
/// <param name="Rows">Rows that it was made of.</param>
/// <param name="Features">Inputs first, then <c>prediction</c> (index of the largest output) and <c>confidence</c> (its
/// probability).</param>
public sealed record DriftBaseline(int Rows, IReadOnlyList<FeatureBaseline> Features)
{
    /// <summary>Path in a package.</summary>
    public const string FileName = "drift.json";

    /// <summary>Rows that tell enough of a distribution.</summary>
    public const int DefaultRows = 10_000;

    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web);

    /// <summary>Runs a model over data and describes what went in and came out.</summary>
    /// <param name="model">The network as it will be served.</param>
    /// <param name="batches">Inputs in the model's order, with the batch on the first axis; each is disposed after its
    /// run.</param>
    /// <param name="mostRows">Rows after which to stop.</param>
    /// <param name="text">Made the batches of texts; null where the inputs are no texts.</param>
    /// <param name="cancellationToken">Stops between two batches.</param>
    /// <exception cref="ArgumentException">There are no rows, or values that are no numbers.</exception>
    public static DriftBaseline Measure(
        InferenceModel model, IEnumerable<TensorValue[]> batches, int mostRows = DefaultRows, TextEncoder? text = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(batches);
        IReadOnlyList<string>? names = null;
        List<double[]> rows = [];
        foreach (var batch in batches)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var outputs = model.Run(batch, cancellationToken: cancellationToken);
            names ??= [.. ModelFeatures.Names(model.Inputs, batch, text), .. PredictionFeatures.Names(outputs)];
            for (var row = 0; row < ModelFeatures.Rows(batch) && rows.Count < mostRows; row++)
            {
                List<double> features = new(names.Count);
                ModelFeatures.Extract(model.Inputs, batch, row, features, text);
                PredictionFeatures.Extract(outputs, row, features);
                rows.Add([.. features]);
            }

            Array.ForEach(batch, static t => t.Dispose());
            if (rows.Count >= mostRows)
            {
                break;
            }
        }

        return rows.Count > 0
            ? new DriftBaseline(
                rows.Count, [.. names!.Select((name, i) => FeatureBaseline.Of(name, rows.Select(r => r[i])))])
            : throw new ArgumentException(
                "DriftBaseline.Measure: expected at least one row of numbers, got none.", nameof(batches));
    }

    /// <summary>The baseline as JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Format);

    /// <summary>Reads and checks a baseline.</summary>
    /// <exception cref="InvalidDataException">It is no such JSON, or its numbers do not fit together.</exception>
    public static DriftBaseline FromJson(ReadOnlySpan<byte> json)
    {
        DriftBaseline? baseline;
        try
        {
            baseline = JsonSerializer.Deserialize<DriftBaseline>(json, Format);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{FileName}: expected a drift baseline: {e.Message}", e);
        }

        return baseline?.Features is { Count: > 0 } features && features.All(static f =>
                f is { Name.Length: > 0, Edges: not null, Shares: not null, Sample.Count: > 0 }
                    && f.Shares.Count == f.Edges.Count + 1
                && f.Edges.Zip(f.Edges.Skip(1)).All(static e => e.First < e.Second)
                && f.Sample.Zip(f.Sample.Skip(1)).All(static s => s.First <= s.Second))
            ? baseline
            : throw new InvalidDataException(
                $"{FileName}: expected features with ascending edges, one share more than edges and an ascending "
                    + "sample.");
    }
}
