using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Primitives.Files;

namespace MaaS.Core.Registry;

/// <summary>What a registry remembers of one model besides its folders: <c>registry.json</c>.</summary>
internal sealed class RegistryIndex
{
    private const string FileName = "registry.json";

    /// <summary>The highest version ever given, so that a deleted number never comes back.</summary>
    public long LastVersion { get; set; }

    /// <summary>Version by label.</summary>
    public SortedDictionary<string, long> Labels { get; set; } = new(StringComparer.Ordinal);

    public static RegistryIndex Load(string modelFolder)
    {
        var path = Path.Combine(modelFolder, FileName);
        try
        {
            return File.Exists(path)
                ? JsonSerializer.Deserialize(File.ReadAllBytes(path), RegistryJson.Default.RegistryIndex)
                    ?? throw new JsonException("got null")
                : new RegistryIndex();
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"{path}: expected the index of a model: {e.Message}; delete the file to start with no labels.", e);
        }
    }

    public void Save(string modelFolder)
        => AtomicFile.Write(
            Path.Combine(modelFolder, FileName),
            stream => JsonSerializer.Serialize(stream, this, RegistryJson.Default.RegistryIndex));
}

/// <summary>JSON of the index.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, WriteIndented = true)]
[JsonSerializable(typeof(RegistryIndex))]
internal sealed partial class RegistryJson : JsonSerializerContext;
