namespace MaaS.Serving;

/// <summary>
/// Bearer tokens (JWT) that an identity provider signs with keys known to this server; nothing is fetched.
/// </summary>
public sealed class JwtOptions
{
    /// <summary>Expected <c>iss</c>.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>Expected <c>aud</c>.</summary>
    public string Audience { get; set; } = "";

    /// <summary>
    /// Accepted algorithms among HS256/384/512, RS256/384/512, PS256/384/512, ES256/384/512. Default RS256 and ES256.
    /// </summary>
    public IList<string> Algorithms { get; set; } = [];

    /// <summary>A JSON Web Key Set file with public keys; null for none.</summary>
    public string? JwksFile { get; set; }

    /// <summary>PEM files of public keys or certificates (RSA or EC).</summary>
    public IList<string> PublicKeyFiles { get; set; } = [];

    /// <summary>A file with the shared secret of HS algorithms, at least 32 bytes; null for none.</summary>
    public string? SecretFile { get; set; }

    /// <summary>Claim with the scopes, separated by spaces or a list. Default <c>scope</c>.</summary>
    public string ScopeClaim { get; set; } = "scope";

    /// <summary>
    /// Claim with the models that the token opens; a token without it opens all. Default <c>models</c>.
    /// </summary>
    public string ModelsClaim { get; set; } = "models";

    /// <summary>Claim with the caller's name. Default <c>sub</c>.</summary>
    public string NameClaim { get; set; } = "sub";

    /// <summary>Difference of clocks that is forgiven. Default 30 s.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    internal IReadOnlyList<string> AcceptedAlgorithms => Algorithms.Count > 0 ? [.. Algorithms] : ["RS256", "ES256"];
}
