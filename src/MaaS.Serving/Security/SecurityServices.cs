using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Security;

/// <summary>Registers what finds out who calls.</summary>
internal static class SecurityServices
{
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.TryAddSingleton<CallerLimits>();
        services.TryAddSingleton<TokenLimits>();
        services.TryAddSingleton<HostCheck>();
        services.TryAddSingleton<CrossOriginCheck>();
        services.TryAddSingleton<ClientAuthority>();
        services.TryAddSingleton<ICallerFactory, ClaimsCallerFactory>();
        services.TryAddSingleton(
            s
                => new CallerAuthentication(
                    s.GetRequiredService<IOptions<MaaSServingOptions>>(), Credentials(s), Application(s)));
        return services;
    }

    private static IEnumerable<ICredential> Credentials(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<MaaSServingOptions>>().Value.Security;
        if (options.ApiKeys.Count > 0 || options.ApiKeyFile is not null)
        {
            yield return ActivatorUtilities.CreateInstance<ApiKeyCredential>(services);
        }

        if (options.Jwt is not null)
        {
            yield return ActivatorUtilities.CreateInstance<JwtCredential>(services);
        }

        if (options.ClientAuthorityFile is not null)
        {
            yield return ActivatorUtilities.CreateInstance<ClientCertificateCredential>(services);
        }
    }

    private static ApplicationCredential? Application(IServiceProvider services)
        => services.GetRequiredService<IOptions<MaaSServingOptions>>().Value.Security.AuthenticationSchemes.Count == 0
        ? null
            : ActivatorUtilities.CreateInstance<ApplicationCredential>(services);
}
