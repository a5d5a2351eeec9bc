using System.Security.Cryptography;
using MaaS.Core.Trust;

namespace MaaS.Core.Packages;

/// <summary><c>manifest.sig</c>: ECDSA P-256 with SHA-256 over the manifest's bytes, as r ‖ s (IEEE P1363, 64
/// bytes).</summary>
internal static class PackageSignature
{
    public const int Bytes = 64;

    public static byte[] Sign(byte[] manifest, ECDsa key)
    {
        KeyFingerprint.ThrowIfNotP256(key, "signing key");
        return key.SignData(manifest, HashAlgorithmName.SHA256);
    }

    /// <summary>Which of the keys has made a signature; null for none.</summary>
    public static ECDsa? SignerOf(byte[] manifest, byte[] signature, IReadOnlyList<ECDsa> keys)
        => keys.FirstOrDefault(key =>
        {
            lock (key)   // Servers check several packages at once with one key.
            {
                return key.VerifyData(manifest, signature, HashAlgorithmName.SHA256);
            }
        });

    public static void Check(string package, byte[] manifest, byte[]? signature, PackageReadOptions options)
    {
        var trusted = options.TrustedKeys;
        if (signature is null)
        {
            if (options.RequireSignature ?? trusted.Count > 0)
            {
                throw new InvalidDataException(
                    $"{package}: expected a signed package, found no {PackagePath.Signature}.");
            }

            return;
        }

        if (trusted.Count == 0)
        {
            if (options.RequireSignature == true)
            {
                throw new InvalidDataException($"{package}: expected trusted keys to check its signature, got none.");
            }

            return;
        }

        var signer = SignerOf(manifest, signature, trusted)
            ?? throw new InvalidDataException(
                $"{package}: expected a signature by one of {trusted.Count} trusted keys, got another one or a changed "
                    + "manifest.");
        if (KeyFingerprint.Of(signer) is var fingerprint && options.RevokedKeys.Contains(fingerprint))
        {
            throw new InvalidDataException(
                $"{package}: expected a signature by a key that counts, got one by {fingerprint}, which was revoked; "
                    + "sign it anew with another key.");
        }
    }
}
