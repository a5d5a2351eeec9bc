using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Endpoints;

/// <summary>
/// Builds every endpoint before the application listens, not with its first request: an endpoint without a scope, or a
/// scheme that the application does not have, stops the start.
/// </summary>
internal sealed class EndpointStartCheck(IOptions<MaaSServingOptions> options) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        _ = app.ApplicationServices.GetRequiredService<EndpointDataSource>().Endpoints;
        var wanted = options.Value.Security.AuthenticationSchemes;
        if (wanted.Count > 0)
        {
            // The list is not changed any more, so that nothing is waited for.
            var known = app.ApplicationServices.GetService<IAuthenticationSchemeProvider>()?.GetAllSchemesAsync()
                .GetAwaiter().GetResult().Select(s => s.Name).ToArray()
                ?? [];
            if (wanted.Except(known).ToArray() is { Length: > 0 } missing)
            {
                throw new InvalidOperationException(
                    $"Security:{nameof(SecurityOptions.AuthenticationSchemes)}: expected some of the application's "
                        + $"schemes [{string.Join(", ", known)}], "
                    + $"got [{string.Join(", ", missing)}]; add them with AddAuthentication().");
            }
        }
    };
}
