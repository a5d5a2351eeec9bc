using MaaS.Serving.Audit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Security;

/// <summary>Registers the guard and what it asks.</summary>
internal static class SecurityServices
{
    public static IServiceCollection AddSecurity(this IServiceCollection services)
    {
        services.TryAddSingleton<CallerLimits>();
        services.TryAddSingleton(s => new EndpointGuard(
            s.GetRequiredService<IOptions<MaaSServingOptions>>(), Credentials(s), s.GetRequiredService<CallerLimits>(), AuditLog(s)));
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

        if (options.ClientCertificates.Count > 0)
        {
            yield return ActivatorUtilities.CreateInstance<ClientCertificateCredential>(services);
        }
    }

    private static AuditLog? AuditLog(IServiceProvider services)
        => services.GetRequiredService<IOptions<MaaSServingOptions>>().Value.Security.Audit is null ? null
            : ActivatorUtilities.CreateInstance<AuditLog>(services);
}
