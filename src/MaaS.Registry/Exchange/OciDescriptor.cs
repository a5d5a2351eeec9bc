using System.Security.Cryptography;

namespace MaaS.Registry.Exchange;

/// <summary>Names a content by type, hash and size (OCI image specification 1.1).</summary>
internal sealed record OciDescriptor(string MediaType, string Digest, long Size)
{
    private const string Algorithm = "sha256:";

    // 64 TiB: as many as a manifest has room for add up to a number that there is.
    private const long MostBytes = 1L << 46;

    public string? ArtifactType { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    public string? FilePath => Annotations?.GetValueOrDefault(ModelPack.FilePath);

    /// <summary>The hash, in lower-case hexadecimal digits.</summary>
    public string Sha256 => Digest[Algorithm.Length..];

    public static string DigestOf(ReadOnlySpan<byte> content)
        => Algorithm + Convert.ToHexStringLower(SHA256.HashData(content));

    public static string DigestOf(string sha256) => Algorithm + sha256;

    public static OciDescriptor Of(string mediaType, byte[] content)
        => new(mediaType, DigestOf(content), content.Length);

    /// <summary>Whether it can be asked for: SHA-256 in lower case, and a size up to 64 TiB.</summary>
    public bool IsSound
        => Digest is { Length: 71 } && Digest.StartsWith(Algorithm, StringComparison.Ordinal)
            && Digest[Algorithm.Length..].All(char.IsAsciiHexDigitLower)
            && Size is >= 0 and <= MostBytes && MediaType is not null;
}
