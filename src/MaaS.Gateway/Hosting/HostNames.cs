using System.Net;
using Microsoft.AspNetCore.Http;

namespace MaaS.Gateway.Hosting;

/// <summary>The names under which the gateway answers: what a page of another site could point here is none of
/// them.</summary>
internal sealed class HostNames(IReadOnlyList<string> allowed)
{
    private readonly HashSet<string> _names = new(
        ["localhost", Environment.MachineName, .. allowed], StringComparer.OrdinalIgnoreCase);

    public bool Allow(HttpRequest request)
        => _names.Contains("*") || _names.Contains(request.Host.Host)
            || IPAddress.TryParse(request.Host.Host.Trim('[', ']'), out _);
}
