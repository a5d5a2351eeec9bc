using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Training.Tuning.Spaces;

namespace MaaS.Training.Tuning;

/// <summary>What a study is begun with and cannot change.</summary>
internal sealed record StudyDefinition(
    IReadOnlyList<string> Space, IReadOnlyList<string> Objectives, string? Subject)
{
    public static StudyDefinition Of(SearchSpace space, StudyOptions options) => new(
        [.. space.Parameters.Select(static p => p.ToString())],
        [.. options.Objectives.Select(static o => o.ToString())], options.Subject);

    public static StudyDefinition Parse(string name, string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, StudyJson.Default.StudyDefinition)
                ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"study '{name}': expected the definition of a study of parameters, got '{text}'.", e);
        }
    }

    public string ToJson() => JsonSerializer.Serialize(this, StudyJson.Default.StudyDefinition);

    /// <summary>Refuses to go on with a study that was begun otherwise.</summary>
    /// <exception cref="ArgumentException">It was; the message says how.</exception>
    public void Require(string name, StudyDefinition kept)
    {
        Require(name, "the parameters", kept.Space, Space);
        Require(name, "the objectives", kept.Objectives, Objectives);
        Require(name, "the subject", [kept.Subject ?? "none"], [Subject ?? "none"]);
    }

    private static void Require(
        string name, string what, IReadOnlyList<string> kept, IReadOnlyList<string> given)
    {
        if (!kept.SequenceEqual(given))
        {
            throw new ArgumentException(
                $"study '{name}': expected {what} that it was begun with [{string.Join("; ", kept)}], got "
                    + $"[{string.Join("; ", given)}]; begin another study and take its trials over.");
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StudyDefinition))]
internal sealed partial class StudyJson : JsonSerializerContext;
