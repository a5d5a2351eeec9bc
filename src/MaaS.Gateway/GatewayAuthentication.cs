using System.Security.Cryptography;
using MaaS.Serving;
using MaaS.Serving.Security;

namespace MaaS.Gateway;

/// <summary>How a gateway finds out who calls, and how it tells servers: with each request goes a token of its own,
/// signed and good for a minute, instead of what the caller showed.</summary>
public sealed record GatewayAuthentication
{
    /// <summary>File of API keys, as servers read it; changes are taken over within a second. Null for none.</summary>
    public string? ApiKeyFile { get; init; }

    /// <summary>Bearer tokens of an identity provider; null for none.</summary>
    public JwtOptions? Jwt { get; init; }

    /// <summary>How many requests a caller may send whose key has no rate of its own; null for any number.</summary>
    public RateLimitOptions? RateLimit { get; init; }

    /// <summary>Private key on P-256 by which the gateway signs its tokens; servers have its public half.</summary>
    public required ECDsa TokenKey { get; init; }

    /// <summary><c>iss</c> of its tokens. Default <c>maas-gateway</c>.</summary>
    public string Issuer { get; init; } = "maas-gateway";

    /// <summary><c>aud</c> of its tokens. Default <c>maas</c>.</summary>
    public string Audience { get; init; } = "maas";

    /// <summary>How long a token is good. Default 1 minute, at most an hour.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromMinutes(1);

    internal void Apply(SecurityOptions security)
        => (security.ApiKeyFile, security.Jwt, security.RateLimit) = (ApiKeyFile, Jwt, RateLimit);

    internal void Validate()
    {
        var security = new SecurityOptions();
        Apply(security);
        List<string> faults = [.. security.Faults("Gateway:Authentication")];
        if (ApiKeyFile is null && Jwt is null)
        {
            faults.Add("Gateway:Authentication: expected API keys or an issuer of tokens, got neither");
        }

        if (Issuer.Length == 0 || Audience.Length == 0)
        {
            faults.Add($"Gateway:Authentication: expected {nameof(Issuer)} and {nameof(Audience)} of its tokens");
        }

        // A token of the gateway's must not open the gateway.
        if (Jwt?.Issuer == Issuer)
        {
            faults.Add(
                $"Gateway:Authentication: expected another {nameof(Issuer)} than that of callers' tokens, got "
                    + $"'{Issuer}' "
                    + "for both");
        }

        if (TokenKey.KeySize != 256)
        {
            faults.Add($"Gateway:Authentication: expected a key on P-256, got {TokenKey.KeySize} bits");
        }

        if (TokenLifetime <= TimeSpan.Zero || TokenLifetime > TimeSpan.FromHours(1))
        {
            faults.Add(
                $"Gateway:Authentication: expected a {nameof(TokenLifetime)} above 0 and up to an hour, got "
                    + $"{TokenLifetime}");
        }

        if (faults.Count > 0)
        {
            throw new ArgumentException(string.Join("; ", faults));
        }
    }
}
