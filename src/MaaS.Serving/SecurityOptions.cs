using MaaS.Serving.Security;

namespace MaaS.Serving;

/// <summary>Who may do what, and how often.</summary>
public sealed class SecurityOptions
{
    /// <summary>Keys in the configuration itself, by their hashes.</summary>
    public IList<ApiKeyOptions> ApiKeys { get; } = [];

    /// <summary>
    /// A file of keys, see <see cref="ApiKeyFile"/>; changes are taken over within a second. Null for none.
    /// </summary>
    public string? ApiKeyFile { get; set; }

    /// <summary>Bearer tokens; null for none.</summary>
    public JwtOptions? Jwt { get; set; }

    /// <summary>Callers by the subject of their TLS client certificate.</summary>
    public IList<ClientCertificateOptions> ClientCertificates { get; } = [];

    /// <summary>
    /// A PEM file with the authorities that client certificates must come from; every connection over TLS must then
    /// show one, and a connection without TLS gets no answer but health. Null asks for no certificates.
    /// </summary>
    public string? ClientAuthorityFile { get; set; }

    /// <summary>
    /// A file of certificate revocation lists (PEM, or one in DER) of the authorities; changes are taken over within a
    /// second. With it a certificate counts only while a list of its issuer, not expired, does not name it. Null asks
    /// for no revocations.
    /// </summary>
    public string? ClientRevocationFile { get; set; }

    /// <summary>
    /// Authentication schemes of the application that embeds MaaS, as <c>Bearer</c> of JwtBearer: a user of one of them
    /// is a caller as <see cref="ICallerFactory"/> describes it. Default none.
    /// </summary>
    public IList<string> AuthenticationSchemes { get; } = [];

    /// <summary>
    /// What callers without any proof may do. Empty, the default: nothing once keys, tokens or certificates are
    /// configured; before, predict and read, and on a loopback connection to the admin port everything.
    /// </summary>
    public IList<string> AnonymousScopes { get; } = new List<string>();

    /// <summary>
    /// The one local TCP port on which models can be loaded and unloaded and routes changed; elsewhere these addresses
    /// do not exist. Null: on every port, for callers with the scope <c>admin</c>.
    /// </summary>
    public int? AdminPort { get; set; }

    /// <summary>
    /// Where a server of its own listens besides, to take the part of <see cref="AdminPort"/>, as
    /// <c>http://127.0.0.1:8081</c>; port 0 takes a free one. Null for no such port.
    /// </summary>
    public string? AdminUrl { get; set; }

    /// <summary>How many requests a caller may send; null for any number.</summary>
    public RateLimitOptions? RateLimit { get; set; }

    /// <summary>How many tokens a caller may have read and written; null for any number.</summary>
    public TokenLimitOptions? TokenLimit { get; set; }

    /// <summary>
    /// Host names under which clients know the server, as <c>models.example.org</c> or <c>*.example.org</c>, without a
    /// port; requests for another are refused. <c>localhost</c>, the machine's own name and every IP address always
    /// count. <c>*</c> takes any name, but not on the administration's own port. Empty, in an application that embeds
    /// MaaS: the application's own host filtering.
    /// </summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>
    /// Origins whose pages may call the server from a browser, as <c>https://example.org</c>; what pages of others send
    /// is refused unless it is a GET. Default none.
    /// </summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>Whose packages are served, and with which keys encrypted ones are opened.</summary>
    public TrustOptions Trust { get; } = new();

    /// <summary>The audit log; null for none.</summary>
    public AuditOptions? Audit { get; set; }

    /// <summary>Whether the server is a host of its own, for whose names nobody else answers.</summary>
    internal bool IsOwnHost { get; set; }

    /// <summary>Whether anybody can prove who they are.</summary>
    internal bool HasCredentials
        => ApiKeys.Count > 0 || ApiKeyFile is not null || Jwt is not null || ClientCertificates.Count > 0
        || AuthenticationSchemes.Count > 0;
}
