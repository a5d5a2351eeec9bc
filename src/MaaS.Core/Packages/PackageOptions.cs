using System.Security.Cryptography;

namespace MaaS.Core.Packages;

/// <summary>How a package is written.</summary>
public sealed record PackageWriteOptions
{
    /// <summary>Whether an existing package at the path is replaced. Default false: it is an error, as any other folder
    /// that is not empty always is.</summary>
    public bool Overwrite { get; init; }

    /// <summary>ECDSA P-256 private key that signs the manifest, and with it every file's hash; null leaves the package
    /// unsigned.</summary>
    public ECDsa? SigningKey { get; init; }
}

/// <summary>What is accepted when a package is opened.</summary>
public sealed record PackageReadOptions
{
    /// <summary>Largest file, in bytes. Default 4 GiB.</summary>
    public long MaxFileBytes { get; init; } = 4L << 30;

    /// <summary>Largest sum of all files, in bytes. Default 16 GiB.</summary>
    public long MaxTotalBytes { get; init; } = 16L << 30;

    /// <summary>Most files. Default 1,000.</summary>
    public int MaxFiles { get; init; } = 1000;

    /// <summary>
    /// ECDSA P-256 public keys of trusted authors. When there is any, a signature must be by one of them. Default none:
    /// signatures are not looked at.
    /// </summary>
    public IReadOnlyList<ECDsa> TrustedKeys { get; init; } = [];

    /// <summary>Whether an unsigned package is refused. Default null: it is when there are
    /// <see cref="TrustedKeys"/>.</summary>
    public bool? RequireSignature { get; init; }

    /// <summary>Fingerprints (<see cref="Trust.KeyFingerprint"/>) of keys whose signatures count no more, also where
    /// they are trusted; without <see cref="TrustedKeys"/> no signature is looked at, and they do nothing. Default
    /// none.</summary>
    public IReadOnlyCollection<string> RevokedKeys { get; init; } = [];

    /// <summary>Whether a package that lies plain is refused. Default false.</summary>
    public bool RequireEncryption { get; init; }

    /// <summary>P-256 private keys that open encrypted packages. Default none.</summary>
    public IReadOnlyList<ECDiffieHellman> DecryptionKeys { get; init; } = [];
}
