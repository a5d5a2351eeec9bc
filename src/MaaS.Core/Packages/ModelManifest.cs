using System.Text.Json;
using MaaS.Onnx;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Packages;

/// <summary>What a model package says of itself: <c>manifest.json</c>.</summary>
public sealed record ModelManifest
{
    /// <summary>The task of a model whose output is one logit a class.</summary>
    public const string Classification = "classification";

    /// <summary>The task of a model that takes rows of a table, an input a column, and gives <c>label</c> and
    /// <c>probabilities</c>.</summary>
    public const string TabularClassification = "tabular-classification";

    /// <summary>The task of a model that takes rows of a table, an input a column, and gives
    /// <c>prediction</c>.</summary>
    public const string TabularRegression = "tabular-regression";

    /// <summary>The task of a model that continues texts, token by token.</summary>
    public const string TextGeneration = "text-generation";

    /// <summary>The task of a model that gives each text a vector, near to those of texts that mean the
    /// same.</summary>
    public const string SentenceEmbedding = "sentence-embedding";

    /// <summary>The task of a model that reads a question and a document in one row, and tells how well they
    /// fit.</summary>
    public const string TextRanking = "text-ranking";

    /// <summary>Version of this format; 1.</summary>
    public int FormatVersion { get; init; } = 1;

    /// <summary>Name of the model: 1 to 128 of A–Z a–z 0–9 . _ -.</summary>
    public required string Name { get; init; }

    /// <summary>The author's version, as <c>1.2.0</c>. A registry counts its own.</summary>
    public string? Version { get; init; }

    /// <summary>One sentence for people.</summary>
    public string? Description { get; init; }

    /// <summary>What the model does, as <see cref="Classification"/>.</summary>
    public string? Task { get; init; }

    /// <summary>When the package was made.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>Inputs of <c>model.onnx</c>.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; init; } = [];

    /// <summary>Outputs of <c>model.onnx</c>.</summary>
    public IReadOnlyList<TensorSpec> Outputs { get; init; } = [];

    /// <summary>How pixels become the first input; null when inputs are not images.</summary>
    public ImagePreprocessing? Preprocessing { get; init; }

    /// <summary>How a text is continued; null when the model continues none.</summary>
    public GenerationSettings? Generation { get; init; }

    /// <summary>How an output becomes one vector for a text; null when the model embeds none.</summary>
    public EmbeddingSettings? Embedding { get; init; }

    /// <summary>How an output becomes the score of a pair of texts; null when the model reads no pairs.</summary>
    public RankingSettings? Ranking { get; init; }

    /// <summary>How texts become the inputs <c>input_ids</c> and <c>attention_mask</c>, and <c>token_type_ids</c> of
    /// zero where the network has them; null when inputs are not texts.</summary>
    public TextPreprocessing? Text { get; init; }

    /// <summary>Class names by index of the output; null when there are none.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Results of the evaluation by name, as <c>accuracy</c>.</summary>
    public IReadOnlyDictionary<string, double>? Metrics { get; init; }

    /// <summary>Data, code and settings that made the model.</summary>
    public ModelLineage? Lineage { get; init; }

    /// <summary>Every other file of the package by its path; filled when the package is created.</summary>
    public IReadOnlyDictionary<string, PackageFileEntry> Files { get; init; } =
        new Dictionary<string, PackageFileEntry>();

    /// <summary>Every fault of the manifest; empty when it is sound.</summary>
    public IReadOnlyList<string> Faults()
    {
        List<string> faults = [];
        if (FormatVersion != 1)
        {
            faults.Add($"formatVersion: expected 1, got {FormatVersion}; a newer MaaS may read it");
        }

        if (!ModelNames.IsValid(Name))
        {
            faults.Add($"name: expected {ModelNames.Rule}, got '{Name}'");
        }

        if (Inputs.Contains(null) || Outputs.Contains(null))
        {
            faults.Add("inputs and outputs: expected a name, type and shape each, got null");
        }

        if (Labels is { Count: 0 } || Labels?.Contains(null) == true
            || Labels?.Distinct(StringComparer.Ordinal).Count() < Labels?.Count)
        {
            faults.Add("labels: expected distinct names, at least one");
        }

        if (Preprocessing is { } p && (p.Mean.Count == 0 || p.Mean.Count != p.Std.Count || !double.IsFinite(p.Scale)
            || !p.Mean.All(double.IsFinite) || p.Std.Any(s => s == 0 || !double.IsFinite(s))))
        {
            faults.Add("preprocessing: expected a finite scale and as many finite means as stds that are not 0");
        }

        if (Preprocessing?.Geometry?.Fault is { } fault)
        {
            faults.Add($"preprocessing.geometry: {fault}");
        }

        if (Generation is { } generation && (generation.MaxLength < 1 || generation.StopTokens.Any(static t => t < 0)))
        {
            faults.Add("generation: expected a maxLength of at least 1 and stopTokens of 0 or more");
        }

        if (Embedding is { } embedding && (Text is null || !Enum.IsDefined(embedding.Pooling)))
        {
            faults.Add("embedding: expected text preprocessing beside it and a known pooling");
        }

        if (Ranking is { } ranking && (ranking.Positive is not (0 or 1)
            || Text is not { Overlong: OverlongText.Truncate or OverlongText.Refuse }))
        {
            faults.Add(
                "ranking: expected 'positive' 0 or 1, and beside it text preprocessing that truncates or refuses "
                + "overlong texts");
        }

        faults.AddRange(Text?.Faults() ?? []);
        faults.AddRange(
            Files.Keys.Where(f => !PackagePath.IsValid(f))
                .Select(f => $"files: expected {PackagePath.Rule}, got '{f}'"));
        faults.AddRange(Files
            .Where(
                f => f.Value is null || f.Value.Size < 0 || f.Value.Sha256 is not { Length: 64 } hash
                    || !hash.All(char.IsAsciiHexDigitLower))
            .Select(f => $"files: '{f.Key}': expected a size of 0 or more and a SHA-256 of 64 lower-case hexadecimal "
                + "digits"));
        return faults;
    }

    /// <summary>The manifest as JSON, indented.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, PackageJson.Options);

    /// <summary>Reads and checks a manifest.</summary>
    /// <exception cref="InvalidDataException">It is no JSON, or has faults: all of them are named.</exception>
    public static ModelManifest FromJson(ReadOnlySpan<byte> json)
    {
        ModelManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize<ModelManifest>(json, PackageJson.Options)
                ?? throw new JsonException("got null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"manifest.json: expected a manifest object: {e.Message}", e);
        }

        manifest.ThrowIfFaulty();
        return manifest;
    }

    internal void ThrowIfFaulty()
    {
        if (Faults() is { Count: > 0 } faults)
        {
            throw new InvalidDataException($"manifest.json: {string.Join("; ", faults)}.");
        }
    }
}
