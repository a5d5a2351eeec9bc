using MaaS.Primitives.Hosts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Security;

/// <summary>Whether a request names this server as its host.</summary>
internal sealed class HostCheck(IOptions<MaaSServingOptions> options)
{
    private readonly HostNames _names = new(
        [.. options.Value.Security.AllowedHosts],
        isAny: !options.Value.Security.IsOwnHost && options.Value.Security.AllowedHosts.Count == 0);

    /// <summary>Whether the host of a request is one of the server's names.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isAdministration">Whether it came to the administration's own port.</param>
    public bool Allows(HttpContext context, bool isAdministration)
        => _names.Allow(
            context.Request.Headers.Host is [{ } one] ? one : default(ReadOnlySpan<char>), isAdministration);
}
