using System.Security.Cryptography;
using MaaS.Core.Trust;
using MaaS.Registry.Versions;
using MaaS.Serving.Trust;

namespace MaaS.Serving.Catalogue;

/// <summary>Tells whose signature a version carries, as far as this server can say.</summary>
internal sealed class SignatureState(PackageTrust trust)
{
    /// <summary>The file of a signed version with its signature.</summary>
    public const string SignatureFile = "manifest.sig";

    private const string ManifestFile = "manifest.json";

    /// <summary>No signature.</summary>
    public const string Unsigned = "unsigned";

    /// <summary>An encrypted version: its signature, if it has one, is inside.</summary>
    public const string Encrypted = "encrypted";

    /// <summary>A signature, and no trusted key that it could be compared with.</summary>
    public const string Unchecked = "unchecked";

    /// <summary>By one of the keys that this server trusts.</summary>
    public const string Trusted = "trusted";

    /// <summary>By one of these keys, which was revoked.</summary>
    public const string Revoked = "revoked";

    /// <summary>By another key, or of another manifest.</summary>
    public const string NotTrusted = "not-trusted";

    /// <summary>A signed version whose manifest or signature is no longer what was registered, or is gone.</summary>
    public const string Damaged = "damaged";

    /// <summary>Looks at a version's manifest, which holds the hashes of all other files.</summary>
    public async Task<string> OfAsync(ModelStore store, ModelVersion version, CancellationToken cancellationToken)
    {
        if (version.IsEncrypted)
        {
            return Encrypted;
        }

        if (!version.Files.ContainsKey(SignatureFile))
        {
            return Unsigned;
        }

        var rules = trust.For(version.Name);
        if (rules.TrustedKeys.Count == 0)
        {
            return Unchecked;
        }

        byte[] manifest, signature;
        try
        {
            manifest = await ReadAsync(ManifestFile).ConfigureAwait(false);
            signature = await ReadAsync(SignatureFile).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or FileNotFoundException)
        {
            return Damaged;   // The rest of the page stands in the database; a download of the file says the error.
        }

        var signer = rules.TrustedKeys.FirstOrDefault(key =>
        {
            lock (key)   // Loads check packages with the same keys.
            {
                return key.VerifyData(manifest, signature, HashAlgorithmName.SHA256);
            }
        });
        return signer is null ? NotTrusted
            : rules.RevokedKeys.Contains(KeyFingerprint.Of(signer)) ? Revoked : Trusted;

        async Task<byte[]> ReadAsync(string file)
        {
            using var target = new MemoryStream();
            await store.CopyFileAsync(version, file, target, cancellationToken).ConfigureAwait(false);
            return target.ToArray();
        }
    }

    /// <summary>A state in words.</summary>
    public static string Words(string state) => state switch
    {
        Unsigned => "Not signed.",
        Encrypted => "Encrypted; a signature inside is checked when a server loads it.",
        Unchecked => "Signed; this server has no trusted key to check the signature with.",
        Trusted => "Signed by a key that this server trusts.",
        Revoked => "Signed by a key that was revoked.",
        Damaged => "Signed, but the files of the signature were changed after the version was registered, or are gone.",
        _ => "Signed, but not by a key that this server trusts.",
    };
}
