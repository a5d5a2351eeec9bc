using MaaS.Gateway.Servers;
using MaaS.Primitives.Hosts;

namespace MaaS.Gateway;

/// <summary>Which servers a gateway stands before, and how it treats them.</summary>
public sealed record GatewayOptions
{
    /// <summary>
    /// Servers: <c>http://host:port</c> or <c>https://…</c>; <c>dns://name:port</c> for every address that a name has,
    /// as a headless service of Kubernetes; <c>srv://_http._tcp.name</c> for hosts and ports of SRV records.
    /// </summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>A registry (<c>sqlite:FILE</c> or <c>postgres:…</c>) in which servers announce themselves; null for
    /// none.</summary>
    public string? Registry { get; init; }

    /// <summary>Key that the gateway shows servers when it asks for their models; null where they ask for
    /// none.</summary>
    public string? ServerKey { get; init; }

    /// <summary>Who may call, where that is decided at the gateway; null, the default, passes credentials on for
    /// servers to check.</summary>
    public GatewayAuthentication? Authentication { get; init; }

    /// <summary>Time between two looks for servers and at each of them. Default 1 s.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a probe may take. Default 2 s.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a request may go without a byte from the server. Default 100 s.</summary>
    public TimeSpan ActivityTimeout { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>Further servers that are tried where one fails, for requests that may be repeated. Default 2.</summary>
    public int Retries { get; init; } = 2;

    /// <summary>Longest request that is kept to be repeated, and longest answer that is held back until it is whole, in
    /// bytes. Default 4 MiB. Longer ones go through at once and are not repeated.</summary>
    public int RepeatableBytes { get; init; } = 4 << 20;

    /// <summary>What all requests and answers together may take of that, in bytes. Default 256 MiB. What finds no room
    /// goes through at once and is not repeated.</summary>
    public long KeptBytes { get; init; } = 256 << 20;

    /// <summary>Names under which clients reach the gateway, beside <c>localhost</c>, the machine's name and IP
    /// addresses: <c>models.example.org</c>, <c>*.example.org</c>, or <c>*</c> for every name (but on the
    /// administration address). A request for another name is refused: a page of another site, whose name
    /// was pointed here, would read the answers.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>Request header whose value ties requests to one server while it is there. Default
    /// <c>X-MaaS-Session</c>.</summary>
    public string SessionHeader { get; init; } = "X-MaaS-Session";

    /// <summary>Refuses what cannot work.</summary>
    /// <exception cref="ArgumentException">The message says what was expected.</exception>
    public void Validate()
    {
        if (Servers.Count == 0 && Registry is null)
        {
            throw new ArgumentException(
                "Gateway: expected at least one server (http://host:port, dns://name:port, srv://name) or a registry, "
                    + "got none.");
        }

        if (ProbeInterval <= TimeSpan.Zero || ProbeTimeout <= TimeSpan.Zero || ActivityTimeout <= TimeSpan.Zero)
        {
            throw new ArgumentException("Gateway: expected intervals and timeouts above 0.");
        }

        if (Retries < 0 || RepeatableBytes < 0 || KeptBytes < 0)
        {
            throw new ArgumentException(
                $"Gateway: expected {nameof(Retries)}, {nameof(RepeatableBytes)} and {nameof(KeptBytes)} of 0 or "
                    + $"more, got "
                    + $"{Retries}, {RepeatableBytes} and {KeptBytes}.");
        }

        if (AllowedHosts.FirstOrDefault(static h => !HostNames.IsName(h)) is { } host)
        {
            throw new ArgumentException(
                $"Gateway: expected as {nameof(AllowedHosts)} names without a port, as models.example.org or "
                    + $"*.example.org, "
                    + $"or *, got '{host}'.");
        }

        Authentication?.Validate();
        foreach (var server in Servers)
        {
            _ = new NamedServers(server);   // Says what is wrong with it.
        }
    }
}
