using System.Collections.Frozen;
using System.Net;

namespace MaaS.Primitives.Hosts;

/// <summary>The names under which a server answers. A page whose name was made to lead here (DNS rebinding) would be of
/// the same origin as the server and could read every answer; its requests name the page's own host.</summary>
/// <remarks>Addresses in digits always count: no page's name can be made to look like one.</remarks>
internal sealed class HostNames
{
    private const string Any = "*", AnyBelow = "*.";

    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _names;
    private readonly string[] _endings;
    private readonly bool _isAny;

    /// <param name="allowed">Names beside <c>localhost</c> and the machine's; <c>*.example.org</c> for all below one,
    /// <c>*</c> for every name.</param>
    /// <param name="isAny">Whether every name counts, whatever is allowed.</param>
    public HostNames(IReadOnlyCollection<string> allowed, bool isAny = false)
    {
        _isAny = isAny || allowed.Contains(Any);
        _endings =
        [
            ".localhost", .. allowed.Where(static h => h.StartsWith(AnyBelow, StringComparison.Ordinal))
                .Select(static h => h[1..]),
        ];
        _names = allowed.Append("localhost").Append(Dns.GetHostName())
            .ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Whether a text can be allowed: a name without a port, <c>*.</c> and a name, or <c>*</c>.</summary>
    public static bool IsName(string text)
        => text == Any || Uri.CheckHostName(text.StartsWith(AnyBelow, StringComparison.Ordinal) ? text[2..] : text)
            != UriHostNameType.Unknown;

    /// <summary>Whether the host of a request is one of the names.</summary>
    /// <param name="host">The header; empty where there was none.</param>
    /// <param name="isAdministration">Whether it came to the administration's own address, where only names that are
    /// written out count.</param>
    public bool Allow(ReadOnlySpan<char> host, bool isAdministration)
    {
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
        if (_names.Contains(name) || IPAddress.IsValid(name))
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
