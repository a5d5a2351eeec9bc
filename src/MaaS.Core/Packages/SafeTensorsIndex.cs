using System.Text.Json;
using MaaS.Primitives.Files;

namespace MaaS.Core.Packages;

/// <summary>The index of a sharded checkpoint, <c>model.safetensors.index.json</c>: which file holds which
/// tensor.</summary>
/// <param name="Shards">File by tensor name; plain file names beside the index.</param>
internal sealed record SafeTensorsIndex(IReadOnlyDictionary<string, string> Shards)
{
    /// <summary>Reads an index.</summary>
    /// <exception cref="InvalidDataException">It is no index, names a tensor twice, or a file outside its
    /// folder.</exception>
    public static SafeTensorsIndex Read(string path)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length > SafeTensorsHeader.MaxBytes)
        {
            throw new InvalidDataException(
                $"{path}: expected an index of at most {SafeTensorsHeader.MaxBytes} bytes, got {stream.Length}.");
        }

        Dictionary<string, string> shards = new(StringComparer.Ordinal);
        try
        {
            using var json = JsonDocument.Parse(stream, new JsonDocumentOptions { AllowDuplicateProperties = false });
            if (!json.RootElement.TryGetProperty("weight_map", out var map))
            {
                throw new JsonException("it has no weight_map.");
            }

            foreach (var pair in map.EnumerateObject())
            {
                shards.Add(pair.Name, Plain(path, pair.Value.GetString()));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException(
                $"{path}: expected a JSON object with a weight_map of tensor → file, each once: {e.Message}", e);
        }

        return new SafeTensorsIndex(shards);
    }

    /// <summary>Writes the index, whole or not at all.</summary>
    /// <param name="path">Replaced when it exists.</param>
    /// <param name="totalBytes">Bytes of all tensors.</param>
    public void Write(string path, long totalBytes) => AtomicFile.Write(path, stream =>
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteStartObject("metadata");
        writer.WriteNumber("total_size", totalBytes);
        writer.WriteEndObject();
        writer.WriteStartObject("weight_map");
        foreach (var (name, file) in Shards.OrderBy(static s => s.Key, StringComparer.Ordinal))
        {
            writer.WriteString(name, file);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    // An index comes from strangers: it may not reach outside its folder.
    private static string Plain(string path, string? file)
        => !string.IsNullOrEmpty(file) && file.IndexOfAny(['/', '\\', ':', '\0']) < 0 && file is not ("." or "..")
            ? file
            : throw new InvalidDataException(
                $"{path}: expected the plain name of a file beside the index, got '{file}'.");
}
