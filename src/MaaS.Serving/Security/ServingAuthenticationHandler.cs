using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Security;

/// <summary>
/// MaaS's keys, tokens and certificates as an authentication scheme for the application's own endpoints.
/// </summary>
internal sealed class ServingAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder,
    CallerAuthentication authentication)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var proof = await authentication.ReadOwnAsync(Context).ConfigureAwait(false);
        return proof is null ? AuthenticateResult.NoResult()
            : proof.Caller is not { } caller ? AuthenticateResult.Fail(proof.Fault!)
            : AuthenticateResult.Success(new AuthenticationTicket(caller.Principal, Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = CallerAuthentication.Challenge;
        return Task.CompletedTask;
    }
}
