using System.Text.Json;
using MaaS.Core.Packages;

namespace MaaS.Serving.GenAI;

/// <summary>What <c>genai_config.json</c> says that MaaS asks for.</summary>
/// <param name="Type">Kind of model, as <c>llama</c>.</param>
/// <param name="Settings">The longest text and the tokens that end one.</param>
internal sealed record GenAIConfig(string Type, GenerationSettings Settings)
{
    /// <summary>Name of the file that tells such a folder.</summary>
    public const string FileName = "genai_config.json";

    /// <summary>Reads the file of a folder.</summary>
    /// <exception cref="InvalidDataException">It is no JSON, or lacks the type or the longest text.</exception>
    public static GenAIConfig Read(string folder)
    {
        var file = Path.Combine(folder, FileName);
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(file));
            var model = Member(json.RootElement, "model");
            var type = Member(model, "type").GetString();
            var limit = Math.Min(
                Number(model, "context_length") ?? long.MaxValue,
                json.RootElement.TryGetProperty("search", out var search)
                    ? Number(search, "max_length") ?? long.MaxValue : long.MaxValue);
            return type is not null && limit is >= 1 and <= int.MaxValue
                ? new GenAIConfig(type, new GenerationSettings(limit, Stops(model)))
                : throw new JsonException("expected model.type, and model.context_length or search.max_length");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{file}: expected a configuration of ONNX Runtime GenAI: {e.Message}", e);
        }
    }

    // One id, several, or none.
    private static long[] Stops(JsonElement model)
        => !model.TryGetProperty("eos_token_id", out var ids) ? []
            : ids.ValueKind == JsonValueKind.Array ? [.. ids.EnumerateArray().Select(static i => i.GetInt64())]
            : [ids.GetInt64()];

    private static JsonElement Member(JsonElement json, string name)
        => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value
            : throw new JsonException($"expected the member '{name}', found none");

    private static long? Number(JsonElement json, string name)
        => json.TryGetProperty(name, out var value) ? value.GetInt64() : null;
}
