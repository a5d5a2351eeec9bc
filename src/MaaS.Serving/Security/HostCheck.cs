using System.Collections.Frozen;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Security;

/// <summary>
/// Whether a request names this server as its host. A page whose name was made to lead here (DNS rebinding) would be of
/// the same origin as the server and could read every answer; its requests name the page's own host.
/// </summary>
/// <remarks>Addresses in digits always count: no page's name can be made to look like one.</remarks>
internal sealed class HostCheck
{
    private readonly FrozenSet<string> _names;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly string[] _endings;
    private readonly bool _isAny;

    public HostCheck(IOptions<MaaSServingOptions> options)
    {
        var security = options.Value.Security;
        _isAny = security.AllowedHosts.Contains("*") || (!security.IsOwnHost && security.AllowedHosts.Count == 0);
        _endings = [
            ".localhost",
            .. security.AllowedHosts.Where(h => h.StartsWith("*.", StringComparison.Ordinal)).Select(h => h[1..])];
        _names = security.AllowedHosts.Append("localhost").Append(Dns.GetHostName()).ToFrozenSet(
            StringComparer.OrdinalIgnoreCase);
        _lookup = _names.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Whether the host of a request is one of the server's names.</summary>
    /// <param name="context">The request.</param>
    /// <param name="isAdministration">
    /// Whether it came to the administration's own port, where only names that are written out count.
    /// </param>
    public bool Allows(HttpContext context, bool isAdministration)
    {
        var host = context.Request.Headers.Host is [{ } one] ? one.AsSpan() : default;
        if ((_isAny && !isAdministration) || host.IsEmpty)
        {
            return true; // HTTP/1.0 may leave the host out; a browser never does.
        }

        if (host[0] == '[')
        {
            return host.LastIndexOf(']') is > 0 and var end && IPAddress.IsValid(host[1..end]);
        }

        var name = host.LastIndexOf(':') is >= 0 and var colon ? host[..colon] : host;
        name = name.TrimEnd('.');
        if (_lookup.Contains(name) || IPAddress.IsValid(name))
        {
            return true;
        }

        foreach (var ending in _endings)
        {
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
