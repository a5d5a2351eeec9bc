using System.Text.Json;
using MaaS.Primitives.Files;

namespace MaaS.Serving.Security;

/// <summary>
/// Stored keys as a JSON file: <c>{"keys": [{"id", "name", "sha256", "scopes", "models"?, "expires"?,
/// "requestsPerSecond"?, "tokensPerMinute"?, "concurrentStreams"?}]}</c>.
/// </summary>
public static class ApiKeyFile
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is no such file; every fault is named.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static IReadOnlyList<ApiKeyOptions> Read(string path)
    {
        Content? content;
        try
        {
            content = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), Format);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"{path}: expected a JSON object with a list 'keys', got an error: {e.Message}", e);
        }

        var keys = content?.Keys
            ?? throw new InvalidDataException($"{path}: expected a JSON object with a list 'keys', got none.");
        var faults = keys.SelectMany((key, i) => key.Faults($"{path}: keys:{i}"))
            .Concat(
                keys.CountBy(k => k.Id).Where(g => g.Value > 1).Select(
                    g => $"{path}: expected each id once, got '{g.Key}' {g.Value} times")).ToList();
        return faults.Count == 0 ? keys : throw new InvalidDataException(string.Join("; ", faults));
    }

    /// <summary>Writes a file that only its owner may read, whole or not at all.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, IEnumerable<ApiKeyOptions> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        AtomicFile.Write(path, stream =>
        {
            if (!OperatingSystem.IsWindows() && stream is FileStream file)
            {
                File.SetUnixFileMode(file.SafeFileHandle, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }

            JsonSerializer.Serialize(stream, new Content([.. keys]), Format);
        });
    }

    private sealed record Content(IReadOnlyList<ApiKeyOptions> Keys);
}
