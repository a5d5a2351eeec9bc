using System.Text.Json;
using MaaS.Core.Packages;
using MaaS.Onnx.Inference;

namespace MaaS.Core.Importing;

/// <summary>What a folder in the layout of sentence-transformers says of an encoder: <c>modules.json</c>,
/// <c>1_Pooling/config.json</c> and <c>sentence_bert_config.json</c>.</summary>
/// <param name="Pooling">How one vector for a text comes out of the tokens' vectors.</param>
/// <param name="Normalize">Whether the vectors have length 1.</param>
/// <param name="MaxLength">Most tokens of a text; null where nothing says it.</param>
/// <param name="IsAsked">Whether the pooling was asked for, rather than told by the folder.</param>
internal sealed record SentenceTransformersFolder(
    EmbeddingPooling Pooling, bool Normalize, int? MaxLength, bool IsAsked = false)
{
    private const string Modules = "modules.json", Prefix = "pooling_mode_";

    /// <summary>Reads a folder; null where it has no <c>modules.json</c>.</summary>
    /// <exception cref="InvalidDataException">A module or a way of pooling is not covered; the error names
    /// it.</exception>
    public static SentenceTransformersFolder? Read(string folder)
    {
        var file = Path.Combine(folder, Modules);
        if (!File.Exists(file))
        {
            return null;
        }

        var (pooling, normalize) = (EmbeddingPooling.None, false);
        foreach (var (type, path) in Entries(file))
        {
            switch (KindOf(type))
            {
                case "Transformer":
                    break;
                case "Pooling":
                    pooling = PoolingOf(Path.Combine(folder, path, "config.json"));
                    break;
                case "Normalize":
                    normalize = true;
                    break;
                default:
                    throw new InvalidDataException(
                        $"{file}: expected the modules Transformer, Pooling and Normalize, got '{type}'; its part of "
                            + "the network is not in the ONNX file.");
            }
        }

        return pooling == EmbeddingPooling.None
            ? throw new InvalidDataException($"{file}: expected a module Pooling, got none.")
            : new SentenceTransformersFolder(
                pooling, normalize, LengthOf(Path.Combine(folder, "sentence_bert_config.json")));
    }

    /// <summary>The types of a folder's modules, in their order; null where it has no <c>modules.json</c>.</summary>
    /// <exception cref="InvalidDataException">It is no <c>modules.json</c>.</exception>
    public static IReadOnlyList<string>? ModulesOf(string folder)
    {
        var file = Path.Combine(folder, Modules);
        return File.Exists(file) ? [.. Entries(file).Select(static m => m.Type)] : null;
    }

    /// <summary>The name of a module's class, without what stands before it.</summary>
    public static string KindOf(string type) => type.Split('.')[^1];

    /// <summary>The output that the vectors come from: the exporters' own <c>sentence_embedding</c>, which is pooled
    /// already unless another pooling was asked for, else the tokens' vectors; null where there is neither.</summary>
    public EmbeddingSettings? SettingsOf(InferenceModel model)
    {
        var floats = model.Outputs.Where(static o => o.Type == ElementType.Float32).ToList();
        return !IsAsked && floats.Find(static o => o is { Name: "sentence_embedding", Shape.Count: 2 }) is { } pooled
            ? new EmbeddingSettings(pooled.Name, EmbeddingPooling.None, Normalize)
            : (floats.Find(static o => o is { Name: "last_hidden_state" or "token_embeddings", Shape.Count: 3 })
                ?? floats.Find(static o => o.Shape.Count == 3)) is { } tokens
                ? new EmbeddingSettings(tokens.Name, Pooling, Normalize) : null;
    }

    // One member that names the way, since 5.4 of sentence-transformers; before, one that is true of several.
    private static EmbeddingPooling PoolingOf(string file)
    {
        var pooling = Parse(file);
        if (pooling.TryGetProperty("pooling_mode", out var mode))
        {
            return mode.ValueKind != JsonValueKind.String ? throw Unknown(mode.GetRawText())
                : mode.GetString() switch
                {
                    "mean" => EmbeddingPooling.Mean,
                    "cls" => EmbeddingPooling.First,
                    var other => throw Unknown(other!),
                };
        }

        InvalidDataException Unknown(string got)
            => new($"{file}: expected as pooling_mode 'mean' or 'cls', got {got}.");

        var on = pooling.EnumerateObject().Where(static p => p.Value.ValueKind == JsonValueKind.True)
            .Select(static p => p.Name).Where(static n => n.StartsWith(Prefix, StringComparison.Ordinal)).ToList();
        return on switch
        {
            ["pooling_mode_mean_tokens"] => EmbeddingPooling.Mean,
            ["pooling_mode_cls_token"] => EmbeddingPooling.First,
            _ => throw new InvalidDataException(
                $"{file}: expected one of pooling_mode_mean_tokens and pooling_mode_cls_token, got "
                    + $"[{string.Join(", ", on)}]."),
        };
    }

    private static int? LengthOf(string file)
        => File.Exists(file) && Parse(file).TryGetProperty("max_seq_length", out var length)
            && length.ValueKind == JsonValueKind.Number && length.TryGetInt32(out var most) && most >= 3 ? most : null;

    private static IEnumerable<(string Type, string Path)> Entries(string file)
        => Read(file, static json => json.EnumerateArray()
            .Select(static m => (m.GetProperty("type").GetString()!, m.GetProperty("path").GetString()!)).ToList());

    private static JsonElement Parse(string file)
        => Read(file, static json => json.ValueKind == JsonValueKind.Object
            ? json.Clone() : throw new InvalidOperationException($"expected an object, got {json.ValueKind}"));

    private static T Read<T>(string file, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            return read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InvalidDataException(
                $"{file}: expected the JSON that sentence-transformers writes: {e.Message}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InvalidDataException($"{file}: expected the file that {Modules} names, found none.", e);
        }
    }
}
