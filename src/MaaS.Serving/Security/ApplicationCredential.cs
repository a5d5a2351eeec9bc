using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Security;

/// <summary>
/// Users whom the application that embeds MaaS authenticates with schemes of its own: JwtBearer with OpenID Connect,
/// cookies.
/// </summary>
internal sealed class ApplicationCredential(IOptions<MaaSServingOptions> options, ICallerFactory callers) : ICredential
{
    private readonly string[] _schemes = [.. options.Value.Security.AuthenticationSchemes];

    public string Name => "application";

    public async ValueTask<Proof?> ReadAsync(HttpContext context)
    {
        Proof? refused = null;
        foreach (var scheme in _schemes)
        {
            var result = await context.AuthenticateAsync(scheme).ConfigureAwait(false);
            if (result.Succeeded)
            {
                return callers.Create(result.Principal) is { } caller
                    ? new Proof(caller.ProvenBy(ProofKinds.User), User: result.Principal)
                    : Proof.Refused("the user is not known here");
            }

            // Another scheme may know what this one refuses; the scheme itself has logged why.
            refused ??= result.None ? null : Proof.Refused("the credentials are not valid here");
        }

        return refused;
    }
}
