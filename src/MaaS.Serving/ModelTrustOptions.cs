namespace MaaS.Serving;

/// <summary>Whose packages are served as one model.</summary>
public sealed record ModelTrustOptions
{
    /// <summary>See <see cref="TrustOptions.RequireSignature"/>, which holds where this is null.</summary>
    public bool? RequireSignature { get; set; }

    /// <summary>See <see cref="TrustOptions.RequireEncryption"/>, which holds where this is null.</summary>
    public bool? RequireEncryption { get; set; }

    /// <summary>PEM files with the public keys that count for this model, instead of
    /// <see cref="TrustOptions.TrustedKeys"/>; null for those.</summary>
    public string[]? TrustedKeys { get; set; }
}
