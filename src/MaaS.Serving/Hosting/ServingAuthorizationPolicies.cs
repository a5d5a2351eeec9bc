using MaaS.Serving.Security;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace MaaS.Serving.Hosting;

/// <summary>Offers an application's own endpoints the decisions that stand before those of MaaS.</summary>
internal static class ServingAuthorizationPolicies
{
    public static AuthenticationBuilder AddServingScheme(this AuthenticationBuilder authentication, string scheme)
        => authentication.AddScheme<AuthenticationSchemeOptions, ServingAuthenticationHandler>(
            scheme, configureOptions: null);

    public static AuthorizationBuilder AddServingPolicies(this AuthorizationBuilder authorization)
    {
        authorization.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IAuthorizationHandler, ServingAuthorizationHandler>());
        foreach (var name in ServingScopes.Names)
        {
            var scope = ServingScopes.Parse(name)!.Value;
            authorization.AddPolicy(
                "maas:" + name, policy
                    => policy.RequireAuthenticatedUser().AddRequirements(new ServingRequirement(scope)));
        }

        return authorization;
    }
}
