using System.Text.Json;
using System.Text.Json.Serialization;
using MaaS.Primitives.Files;

namespace MaaS.Core.Trust;

/// <summary>Keys that count no more, as a JSON file:
/// <c>{"revoked": [{"fingerprint", "when", "name"?, "reason"?}]}</c>.</summary>
public static class RevocationList
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Reads a list.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no such list: nothing in it counts, and nobody should be
    /// trusted by it.</exception>
    public static IReadOnlyList<RevokedKey> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            var keys = JsonSerializer.Deserialize<Content>(File.ReadAllBytes(path), Format)?.Revoked
                ?? throw new JsonException("got null");
            return keys.FirstOrDefault(static k => k is null || !KeyFingerprint.IsValid(k.Fingerprint)) is { } wrong
                ? throw new JsonException($"got the fingerprint '{wrong.Fingerprint}'")
                : keys.Contains(null!) ? throw new JsonException("got null in the list") : keys;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException(
                $"{path}: expected a JSON object with a list 'revoked' of fingerprints (64 lower-case hexadecimal "
                    + $"digits) and times: {e.Message}", e);
        }
    }

    /// <summary>Writes a list, whole or not at all.</summary>
    /// <param name="path">Replaced when it exists.</param>
    /// <param name="keys">All of them.</param>
    public static void Write(string path, IEnumerable<RevokedKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, new Content([.. keys]), Format));
    }

    private sealed record Content(IReadOnlyList<RevokedKey> Revoked);
}
