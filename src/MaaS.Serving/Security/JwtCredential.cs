using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace MaaS.Serving.Security;

/// <summary>
/// Signed tokens in <c>Authorization: Bearer</c>: signature, issuer, audience and lifetime are checked.
/// </summary>
internal sealed partial class JwtCredential : ICredential
{
    /// <summary>The limits of a caller, by which a gateway passes on those of an API key.</summary>
    public const string TokensPerMinuteClaim = "maas_tokens_per_minute",
        ConcurrentStreamsClaim = "maas_concurrent_streams";

    private const string Bearer = "Bearer ";

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly TokenValidationParameters _parameters;
    private readonly JwtOptions _options;
    private readonly ILogger<JwtCredential> _logger;

    public JwtCredential(IOptions<MaaSServingOptions> options, TimeProvider time, ILogger<JwtCredential> logger)
    {
        _options = options.Value.Security.Jwt!;
        _logger = logger;
        _parameters = new TokenValidationParameters
        {
            ValidIssuer = _options.Issuer,
            ValidAudience = _options.Audience,
            ValidAlgorithms = _options.AcceptedAlgorithms,
            IssuerSigningKeys = JwtKeys.Read(_options, "Security:Jwt", []),
            TryAllIssuerSigningKeys = true,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ClockSkew = _options.ClockSkew,
            LifetimeValidator = (from, to, _, _) => IsCurrent(from, to, time.GetUtcNow().UtcDateTime),
        };
    }

    public string Name => "jwt";

    public async ValueTask<Proof?> ReadAsync(HttpContext context)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var result = await _handler.ValidateTokenAsync(
            authorization[Bearer.Length..].Trim(), _parameters).ConfigureAwait(false);
        if (!result.IsValid)
        {
            LogRefused(result.Exception?.GetType().Name ?? "");
            return Proof.Refused(
                result.Exception is SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException
                ? "the token has expired or is not valid yet" : "the token is not valid here");
        }

        return Read(result.ClaimsIdentity);
    }

    private Proof Read(ClaimsIdentity claims)
    {
        var name = claims.FindFirst(_options.NameClaim)?.Value;
        if (string.IsNullOrEmpty(name))
        {
            return Proof.Refused($"the token has no claim '{_options.NameClaim}'");
        }

        // A limit that cannot be read must not become none.
        if (!TryReadLimit(claims, TokensPerMinuteClaim, TokenLimitOptions.MaxTokensPerMinute, out var tokens)
            || !TryReadLimit(claims, ConcurrentStreamsClaim, TokenLimitOptions.MaxConcurrentStreams, out var streams))
        {
            return Proof.Refused(
                $"the token's claims '{TokensPerMinuteClaim}' and '{ConcurrentStreamsClaim}' are no whole numbers of 1 "
                    + $"to {TokenLimitOptions.MaxTokensPerMinute} and {TokenLimitOptions.MaxConcurrentStreams}");
        }

        return new Proof(
            new Caller(name, ServingScopes.Union(Values(claims, _options.ScopeClaim)), Models(claims))
            {
                TokensPerMinute = tokens,
                ConcurrentStreams = (int?)streams,
            }
            .ProvenBy(ProofKinds.Token));
    }

    private static bool TryReadLimit(ClaimsIdentity claims, string type, long most, out long? limit)
    {
        limit = null;
        if (claims.FindFirst(type) is not { } claim)
        {
            return true;
        }

        limit = long.TryParse(claim.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value > 0 && value <= most ? value : null;
        return limit is not null;
    }

    private bool IsCurrent(DateTime? from, DateTime? to, DateTime now)
        => to is { } end && now - _options.ClockSkew < end && !(from - _options.ClockSkew > now);

    private string[]? Models(ClaimsIdentity claims)
        => claims.HasClaim(c => c.Type == _options.ModelsClaim) ? [.. Values(claims, _options.ModelsClaim)] : null;

    private static IEnumerable<string> Values(ClaimsIdentity claims, string type)
        => claims.FindAll(type).SelectMany(c => c.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    [LoggerMessage(LogLevel.Information, "A token was refused: {Reason}")]
    private partial void LogRefused(string reason);
}
