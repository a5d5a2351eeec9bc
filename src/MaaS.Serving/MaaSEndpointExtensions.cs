using MaaS.Serving;
using MaaS.Serving.Hosting;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Adds the endpoints of model serving.</summary>
public static class MaaSEndpointExtensions
{
    /// <summary>
    /// Maps every protocol that <c>AddMaaS</c> registered, guarded as <see cref="MaaSServingOptions.Security"/> says.
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="prefix">Put before every address, as <c>/models</c>; none by default.</param>
    /// <returns>The group, for authorization and other conventions.</returns>
    public static RouteGroupBuilder MapMaaS(this IEndpointRouteBuilder endpoints, string prefix = "")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        return endpoints.MapServing(prefix);
    }
}
