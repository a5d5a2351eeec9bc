using System.Security.Cryptography;
using MaaS.Core.Packages;
using MaaS.Core.Trust;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Trust;

/// <summary>What packages must be to be read: limits, signatures by model, and keys that open encrypted ones.</summary>
internal sealed class PackageTrust
{
    private readonly PackageReadOptions _limits;
    private readonly TrustOptions _trust;

    /// <exception cref="InvalidDataException">A decryption key cannot be opened.</exception>
    public PackageTrust(IOptions<MaaSServingOptions> options)
    {
        _trust = options.Value.Security.Trust;
        var packages = options.Value.Packages;
        _limits = packages with
        {
            DecryptionKeys = [.. packages.DecryptionKeys, .. _trust.DecryptionKeys.Select(Open)],
        };
    }

    /// <summary>Opens a package to learn its name, by which the rules for it are chosen; no signature counts yet.
    /// </summary>
    public PackageReadOptions Unverified => _limits with
    {
        TrustedKeys = [],
        RequireSignature = false,
        RequireEncryption = false,
    };

    /// <summary>The rules for a model, with the keys that are in the files now.</summary>
    /// <exception cref="IOException">A file of keys or revocations cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file of keys or revocations is none.</exception>
    public PackageReadOptions For(string model)
    {
        var own = _trust.Models.TryGetValue(model, out var found) ? found : new ModelTrustOptions();
        List<ECDsa> trusted =
            [.. own.TrustedKeys is null ? _limits.TrustedKeys : [],
            .. (own.TrustedKeys ?? [.. _trust.TrustedKeys]).SelectMany(KeyFile.ReadTrusted)];
        return _limits with
        {
            TrustedKeys = trusted,
            RequireSignature = own.RequireSignature ?? _trust.RequireSignature ?? _limits.RequireSignature,
            RequireEncryption = own.RequireEncryption ?? (_trust.RequireEncryption || _limits.RequireEncryption),
            RevokedKeys = [.. _limits.RevokedKeys, .. _trust.RevokedKeys,
                .. _trust.RevocationFile is { } file
                    ? RevocationList.Read(file).Select(static r => r.Fingerprint) : []],
        };
    }

    /// <summary>Refuses what can be neither signed nor encrypted where that is asked for.</summary>
    /// <param name="model">The model.</param>
    /// <param name="location">Its file.</param>
    /// <param name="what">What it is, in words.</param>
    /// <exception cref="InvalidDataException">A signature, or encryption, is asked for.</exception>
    public void ThrowIfPackageNeeded(string model, string location, string what)
    {
        var rules = For(model);
        if (rules.RequireSignature ?? rules.TrustedKeys.Count > 0)
        {
            throw new InvalidDataException(
                $"{location}: expected a signed package, got {what}, which can have no signature; make it a package "
                    + $"and sign it, or set Security:Trust:Models:{model}:RequireSignature to false.");
        }

        if (rules.RequireEncryption)
        {
            throw new InvalidDataException(
                $"{location}: expected an encrypted package, got {what}; make it a package and encrypt it, or set "
                    + $"Security:Trust:Models:{model}:RequireEncryption to false.");
        }
    }

    private static ECDiffieHellman Open(DecryptionKeyOptions key)
        => KeyFile.ReadDecryption(
            key.File,
            () => Passphrase.Find(key.PassphraseFile, key.PassphraseVariable)
                ?? throw new InvalidDataException(
                    $"{key.File}: expected its passphrase in the variable {key.PassphraseVariable} or in a "
                        + "PassphraseFile, found none."));
}
