using MaaS.Serving.Audit;
using MaaS.Serving.Http;

namespace MaaS.Serving.Security;

/// <summary>Who may do what, and how often.</summary>
public sealed class SecurityOptions
{
    /// <summary>Keys in the configuration itself, by their hashes.</summary>
    public IList<ApiKeyOptions> ApiKeys { get; } = [];

    /// <summary>A file of keys, see <see cref="ApiKeyFile"/>; changes are taken over within a second. Null for none.</summary>
    public string? ApiKeyFile { get; set; }

    /// <summary>Bearer tokens; null for none.</summary>
    public JwtOptions? Jwt { get; set; }

    /// <summary>Callers by the subject of their TLS client certificate.</summary>
    public IList<ClientCertificateOptions> ClientCertificates { get; } = [];

    /// <summary>
    /// A PEM file with the authorities that client certificates must come from; every connection over TLS must then show
    /// one. Null asks for no certificates.
    /// </summary>
    public string? ClientAuthorityFile { get; set; }

    /// <summary>
    /// What callers without any proof may do. Empty, the default: nothing once keys, tokens or certificates are configured;
    /// before, predict and read, and on a loopback connection to the admin port everything.
    /// </summary>
    public IList<string> AnonymousScopes { get; } = new List<string>();

    /// <summary>
    /// The one local TCP port on which models can be loaded and unloaded and routes changed; elsewhere these addresses do
    /// not exist. Null: on every port, for callers with the scope <c>admin</c>.
    /// </summary>
    public int? AdminPort { get; set; }

    /// <summary>
    /// Where a server of its own listens besides, to take the part of <see cref="AdminPort"/>, as <c>http://127.0.0.1:8081</c>;
    /// port 0 takes a free one. Null for no such port.
    /// </summary>
    public string? AdminUrl { get; set; }

    /// <summary>How many requests a caller may send; null for any number.</summary>
    public RateLimitOptions? RateLimit { get; set; }

    /// <summary>Origins whose pages may call the server from a browser, as <c>https://example.org</c>. Default none.</summary>
    public IList<string> AllowedOrigins { get; } = [];

    /// <summary>The audit log; null for none.</summary>
    public AuditOptions? Audit { get; set; }

    /// <summary>Whether anybody can prove who they are.</summary>
    internal bool HasCredentials => ApiKeys.Count > 0 || ApiKeyFile is not null || Jwt is not null || ClientCertificates.Count > 0;

    internal IEnumerable<string> Faults(string where)
    {
        List<string> faults = [.. ApiKeys.SelectMany((key, i) => key.Faults($"{where}:{nameof(ApiKeys)}:{i}"))];
        faults.AddRange(ServingScopes.Faults(AnonymousScopes, $"{where}:{nameof(AnonymousScopes)}"));
        if (ApiKeyFile is { } file)
        {
            try
            {
                Security.ApiKeyFile.Read(file);
            }
            catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                faults.Add($"{where}:{nameof(ApiKeyFile)}: {e.Message}");
            }
        }

        if (Jwt is not null)
        {
            JwtKeys.Read(Jwt, $"{where}:{nameof(Jwt)}", faults);
        }

        foreach (var (certificate, i) in ClientCertificates.Select((c, i) => (c, i)))
        {
            faults.AddRange(ServingScopes.Faults(certificate.Scopes, $"{where}:{nameof(ClientCertificates)}:{i}"));
            if (certificate.Subject.Length == 0 || ClientCertificates.Count(c => c.Subject == certificate.Subject) > 1)
            {
                faults.Add($"{where}:{nameof(ClientCertificates)}:{i}: expected a subject that no other entry has, got '{certificate.Subject}'");
            }
        }

        if (ClientCertificates.Count > 0 && ClientAuthorityFile is null)
        {
            faults.Add($"{where}:{nameof(ClientAuthorityFile)}: expected the authorities of client certificates, got none");
        }

        if (ClientAuthorityFile is { } authorities && !File.Exists(authorities))
        {
            faults.Add($"{where}:{nameof(ClientAuthorityFile)}: expected a PEM file, found none at '{authorities}'");
        }

        if (AdminPort is < 1 or > 65535)
        {
            faults.Add($"{where}:{nameof(AdminPort)}: expected 1 to 65535, got {AdminPort}");
        }

        if (AdminUrl is { } admin && (!ListenAddress.IsValid(admin) || AdminPort is not null))
        {
            faults.Add($"{where}:{nameof(AdminUrl)}: expected {ListenAddress.Rule} and no {nameof(AdminPort)}, got '{admin}' and '{AdminPort}'");
        }

        if (RateLimit is { } rate && (rate.RequestsPerSecond is not (> 0 and <= 1e6) || rate.Burst is < 0 or > 1_000_000))
        {
            faults.Add($"{where}:{nameof(RateLimit)}: expected above 0 to 1000000 requests a second and a burst of 0 to 1000000, got {rate.RequestsPerSecond} and {rate.Burst}");
        }

        foreach (var origin in AllowedOrigins)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || uri.GetLeftPart(UriPartial.Authority) != origin)
            {
                faults.Add($"{where}:{nameof(AllowedOrigins)}: expected an origin as https://example.org, got '{origin}'");
            }
        }

        faults.AddRange(Audit?.Faults($"{where}:{nameof(Audit)}") ?? []);
        return faults;
    }
}
