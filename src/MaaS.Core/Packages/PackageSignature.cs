using System.Security.Cryptography;

namespace MaaS.Core.Packages;

/// <summary><c>manifest.sig</c>: ECDSA P-256 with SHA-256 over the manifest's bytes, as r ‖ s (IEEE P1363, 64
/// bytes).</summary>
internal static class PackageSignature
{
    public static byte[] Sign(byte[] manifest, ECDsa key)
        => key.KeySize == 256 ? key.SignData(manifest, HashAlgorithmName.SHA256)
            : throw new ArgumentException(
                $"PackageWriteOptions.SigningKey: expected an ECDSA P-256 key, got one of {key.KeySize} bits.",
                nameof(key));

    public static void Check(string package, byte[] manifest, byte[]? signature, IReadOnlyList<ECDsa> trusted)
    {
        if (trusted.Count == 0)
        {
            return;
        }

        if (signature is null)
        {
            throw new InvalidDataException($"{package}: expected a signed package, found no {PackagePath.Signature}.");
        }

        if (!trusted.Any(key => key.VerifyData(manifest, signature, HashAlgorithmName.SHA256)))
        {
            throw new InvalidDataException(
                $"{package}: expected a signature by one of {trusted.Count} trusted keys, got another one or a changed "
                    + "manifest.");
        }
    }
}
