using System.Security.Claims;

namespace MaaS.Serving.Security;

/// <summary>
/// Reads scopes from the claims <c>scope</c> and <c>scp</c>, models from <c>models</c> (all where there is none), and
/// the name from the name identifier, <c>sub</c> or, where there is neither, the identity: names that are shown may be
/// chosen by their users, or be those of several.
/// </summary>
internal sealed class ClaimsCallerFactory : ICallerFactory
{
    public const string Scope = "scope", Models = "models";

    public Caller? Create(ClaimsPrincipal user)
    {
        var name = user.FindFirstValue(ClaimTypes.NameIdentifier) ?? user.FindFirstValue("sub") ?? user.Identity?.Name;
        return string.IsNullOrEmpty(name) ? null
            : new Caller(
                name,
                ServingScopes.Union(Values(user, Scope).Concat(Values(user, "scp"))),
                user.HasClaim(c => c.Type == Models) ? Values(user, Models) : null);
    }

    private static IEnumerable<string> Values(ClaimsPrincipal user, string type)
        => user.FindAll(type).SelectMany(c => c.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
