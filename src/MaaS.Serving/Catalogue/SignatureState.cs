using System.Security.Cryptography;
using MaaS.Registry.Versions;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Catalogue;

/// <summary>Tells whose signature a version carries, as far as this server can say.</summary>
internal sealed class SignatureState(IOptions<MaaSServingOptions> options)
{
    private const string ManifestFile = "manifest.json", SignatureFile = "manifest.sig";

    /// <summary>No signature.</summary>
    public const string Unsigned = "unsigned";

    /// <summary>A signature, and no trusted key that it could be compared with.</summary>
    public const string Unchecked = "unchecked";

    /// <summary>By one of the keys that this server trusts.</summary>
    public const string Trusted = "trusted";

    /// <summary>By another key, or of another manifest.</summary>
    public const string NotTrusted = "not-trusted";

    /// <summary>Looks at a version's manifest, which holds the hashes of all other files.</summary>
    /// <exception cref="InvalidDataException">The manifest was changed.</exception>
    public async Task<string> OfAsync(ModelStore store, ModelVersion version, CancellationToken cancellationToken)
    {
        if (!version.Files.ContainsKey(SignatureFile))
        {
            return Unsigned;
        }

        var trusted = options.Value.Packages.TrustedKeys;
        if (trusted.Count == 0)
        {
            return Unchecked;
        }

        var manifest = await ReadAsync(ManifestFile).ConfigureAwait(false);
        var signature = await ReadAsync(SignatureFile).ConfigureAwait(false);
        return trusted.Any(key => key.VerifyData(manifest, signature, HashAlgorithmName.SHA256))
            ? Trusted : NotTrusted;

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
        Unchecked => "Signed; this server has no trusted key to check the signature with.",
        Trusted => "Signed by a key that this server trusts.",
        _ => "Signed, but not by a key that this server trusts.",
    };
}
