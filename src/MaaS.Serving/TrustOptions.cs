namespace MaaS.Serving;

/// <summary>Whose packages are served, and with which keys encrypted ones are opened.</summary>
/// <remarks>Files of public keys and of revocations are read at every load, so that a change counts from the next one
/// on; decryption keys are opened once, at the start.</remarks>
public sealed class TrustOptions
{
    /// <summary>
    /// Whether models without a signature are refused; bare networks and ensembles have none. Default null: they are
    /// when there are <see cref="TrustedKeys"/>.
    /// </summary>
    public bool? RequireSignature { get; set; }

    /// <summary>
    /// Whether models that do not lie encrypted are refused: plain packages, bare networks and ensembles. Default
    /// false.
    /// </summary>
    public bool RequireEncryption { get; set; }

    /// <summary>PEM files with the public keys of those whose signatures count. Default none: signatures are not looked
    /// at.</summary>
    public IList<string> TrustedKeys { get; } = [];

    /// <summary>Fingerprints of keys that count no more, also where they are trusted. Default none.</summary>
    public IList<string> RevokedKeys { get; } = [];

    /// <summary>
    /// A file of revoked keys as <c>maas signing-keys revoke</c> writes it (<c>revoked.json</c>); while it cannot be
    /// read, no signature counts. Null for none.
    /// </summary>
    public string? RevocationFile { get; set; }

    /// <summary>Other rules for single models, by the names that they are served under.</summary>
    public IDictionary<string, ModelTrustOptions> Models { get; } =
        new Dictionary<string, ModelTrustOptions>(StringComparer.Ordinal);

    /// <summary>Private keys that open encrypted packages, in memory alone. Default none.</summary>
    public IList<DecryptionKeyOptions> DecryptionKeys { get; } = [];
}
