using System.Security.Claims;

namespace MaaS.Serving.Security;

/// <summary>
/// Reads scopes from the claims <c>scope</c> and <c>scp</c>, models from <c>models</c> (all where there is none), and
/// the name from the identity, the name identifier or <c>sub</c>.
/// </summary>
internal sealed class ClaimsCallerFactory : ICallerFactory
{
    public const string Scope = "scope", Models = "models";

    public Caller? Create(ClaimsPrincipal user)
    {
        var name = user.Identity?.Name ?? user.FindFirstValue(ClaimTypes.NameIdentifier) ?? user.FindFirstValue("sub");
        return string.IsNullOrEmpty(name) ? null
            : new Caller(
                name,
                ServingScopes.Union(Values(user, Scope).Concat(Values(user, "scp"))),
                user.HasClaim(c => c.Type == Models) ? Values(user, Models) : null);
    }

    private static IEnumerable<string> Values(ClaimsPrincipal user, string type)
        => user.FindAll(type).SelectMany(c => c.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
