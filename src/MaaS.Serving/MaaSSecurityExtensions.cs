using MaaS.Serving;
using MaaS.Serving.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>MaaS's keys and scopes for the other endpoints of an application.</summary>
public static class MaaSSecurityExtensions
{
    /// <summary>Name of the authentication scheme.</summary>
    public const string Scheme = "MaaS";

    /// <summary>
    /// Adds the scheme <c>MaaS</c>: whoever shows a key, token or certificate of <see cref="SecurityOptions"/> is its
    /// user.
    /// </summary>
    public static AuthenticationBuilder AddMaaS(this AuthenticationBuilder authentication)
    {
        ArgumentNullException.ThrowIfNull(authentication);
        return authentication.AddServingScheme(Scheme);
    }

    /// <summary>
    /// Adds the policies <c>maas:predict</c>, <c>maas:read</c> and <c>maas:admin</c>, which decide as MaaS's own
    /// endpoints do: by the scopes of the user and, where the route has a <c>{name}</c> or the resource is a text, by
    /// the models.
    /// </summary>
    public static AuthorizationBuilder AddMaaS(this AuthorizationBuilder authorization)
    {
        ArgumentNullException.ThrowIfNull(authorization);
        return authorization.AddServingPolicies();
    }
}
