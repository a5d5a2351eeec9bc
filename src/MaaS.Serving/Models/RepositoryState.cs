using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Primitives.Files;

namespace MaaS.Serving.Models;

/// <summary>What was asked for at run time, by model: the content of the state file.</summary>
internal sealed class RepositoryState
{
    /// <summary>Version of this format; 1.</summary>
    public int FormatVersion { get; set; } = 1;

    /// <summary>By name.</summary>
    public SortedDictionary<string, ModelOverrides> Models { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Reads a state; empty when there is no file yet.</summary>
    /// <exception cref="InvalidDataException">The file is no state.</exception>
    public static RepositoryState Load(string? path)
    {
        if (path is null || !File.Exists(path))
        {
            return new RepositoryState();
        }

        try
        {
            var state = JsonSerializer.Deserialize(
                File.ReadAllBytes(path), RepositoryStateJson.Default.RepositoryState);
            return state is { FormatVersion: 1 }
                ? state : throw new JsonException($"expected formatVersion 1, got {state?.FormatVersion}");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"{path}: expected the state of a model server: {e.Message}; delete the file to start without what "
                    + "was asked for at run time.",
                e);
        }
    }

    /// <summary>Writes the state whole or not at all.</summary>
    public void Save(string path)
        => AtomicFile.Write(
            path, stream => JsonSerializer.Serialize(stream, this, RepositoryStateJson.Default.RepositoryState));
}

/// <summary>JSON of the state.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(RepositoryState))]
internal sealed partial class RepositoryStateJson : JsonSerializerContext;
