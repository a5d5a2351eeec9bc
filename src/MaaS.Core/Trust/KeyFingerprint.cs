using System.Security.Cryptography;

namespace MaaS.Core.Trust;

/// <summary>Names a key by its public half.</summary>
public static class KeyFingerprint
{
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <summary>SHA-256 of the public key as SubjectPublicKeyInfo (RFC 5280), 64 lower-case hexadecimal
    /// digits.</summary>
    /// <param name="key">A key on the curve P-256, private or public.</param>
    public static string Of(ECAlgorithm key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>Whether a text may be a fingerprint.</summary>
    public static bool IsValid(string? text) => text is { Length: 64 } && text.All(char.IsAsciiHexDigitLower);

    // Other curves of 256 bits, as secp256k1, would give signatures and secrets that others cannot use.
    internal static void ThrowIfNotP256(ECAlgorithm key, string what)
    {
        var curve = key.ExportParameters(includePrivateParameters: false).Curve;
        if (!curve.IsNamed || curve.Oid.Value is { } oid && oid != P256
            || curve.Oid.Value is null && curve.Oid.FriendlyName is not ("nistP256" or "ECDSA_P256" or "ECDH_P256"))
        {
            throw new ArgumentException(
                $"{what}: expected a key on the curve P-256, got {curve.Oid.FriendlyName ?? "another one"} with "
                    + $"{key.KeySize} bits.");
        }
    }
}
