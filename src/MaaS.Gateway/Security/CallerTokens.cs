using MaaS.Serving.Security;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace MaaS.Gateway.Security;

/// <summary>Says to servers who calls: tokens (JWT, ES256) with the caller's account, scopes, models and
/// limits of tokens.</summary>
internal sealed class CallerTokens(GatewayAuthentication options, TimeProvider clock)
{
    private static readonly Caller Gateway = new("gateway", ServingScope.Read);

    private readonly Lock _signing = new();
    private readonly JsonWebTokenHandler _handler = new();
    private readonly SigningCredentials _credentials =
        new(new ECDsaSecurityKey(options.TokenKey), SecurityAlgorithms.EcdsaSha256);

    /// <summary>The token by which the gateway asks servers for their models.</summary>
    public string Own() => Of(Gateway);

    /// <summary>A caller's token.</summary>
    public string Of(Caller caller)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        Dictionary<string, object> claims = new()
        {
            ["sub"] = caller.Account,   // Tells a key of a name from somebody else's token of the same name.
            ["scope"] = string.Join(' ', ServingScopes.Names.Where(n => caller.Has(ServingScopes.Parse(n)!.Value))),
        };
        if (caller.Models is { } models)
        {
            claims["models"] = string.Join(' ', models);
        }

        // What only a server can count; the rate of requests is the gateway's own.
        if (caller.TokensPerMinute is { } tokens)
        {
            claims[JwtCredential.TokensPerMinuteClaim] = tokens;
        }

        if (caller.ConcurrentStreams is { } streams)
        {
            claims[JwtCredential.ConcurrentStreamsClaim] = streams;
        }

        var token = new SecurityTokenDescriptor
        {
            Issuer = options.Issuer,
            Audience = options.Audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + options.TokenLifetime,
            Claims = claims,
            SigningCredentials = _credentials,
        };
        lock (_signing)   // One key object, which is not said to be safe for many threads.
        {
            return _handler.CreateToken(token);
        }
    }
}
