using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace MaaS.Serving.Security;

/// <summary>Makes and reads keys of the form <c>maas_ID_SECRET</c>.</summary>
/// <remarks>
/// The secret is 256 random bits, so a plain SHA-256 is enough to store it: slow hashes protect what people choose.
/// </remarks>
public static class ApiKey
{
    internal const int IdLength = 12;
    private const string Prefix = "maas_";
    private const int LongestKey = 256;

    /// <summary>Makes a key.</summary>
    /// <param name="name">Who gets it.</param>
    /// <param name="scopes">Names among <c>predict</c>, <c>read</c>, <c>admin</c>.</param>
    /// <param name="models">Models it opens; null for all.</param>
    /// <param name="expires">When it ceases to work; null for never.</param>
    /// <returns>The key for its holder, and what the server stores.</returns>
    /// <exception cref="ArgumentException">A name or scope is none.</exception>
    public static (string Key, ApiKeyOptions Stored) Create(
        string name, IEnumerable<string> scopes, IEnumerable<string>? models = null, DateTimeOffset? expires = null)
    {
        ArgumentNullException.ThrowIfNull(scopes);
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(IdLength / 2));
        var key = $"{Prefix}{id}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";
        var stored = new ApiKeyOptions
        {
            Id = id,
            Name = name,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))),
            Scopes = [.. scopes],
            Models = [.. models ?? []],
            Expires = expires,
        };
        return stored.Faults("key").ToList() is { Count: > 0 } faults
            ? throw new ArgumentException(string.Join("; ", faults)) : (key, stored);
    }

    /// <summary>The id in a key; false for what has not the form of a key.</summary>
    internal static bool TryReadId(string key, [NotNullWhen(true)] out string? id)
    {
        var isKey = key.Length is > 18 and <= LongestKey && key.StartsWith(Prefix, StringComparison.Ordinal)
            && key[Prefix.Length + IdLength] == '_';
        id = isKey ? key.Substring(Prefix.Length, IdLength) : null;
        return isKey;
    }

    /// <summary>Whether a key has the hash, in a time that does not depend on where they differ.</summary>
    internal static bool Matches(string key, ReadOnlySpan<byte> sha256)
    {
        Span<byte> bytes = stackalloc byte[LongestKey * 3];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(key, bytes)], hash);
        return CryptographicOperations.FixedTimeEquals(hash, sha256);
    }
}
