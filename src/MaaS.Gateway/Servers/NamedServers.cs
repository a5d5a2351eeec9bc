using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DnsClient;

namespace MaaS.Gateway.Servers;

/// <summary>A server that was named: by its address, by a name with several addresses, or by SRV records.</summary>
internal sealed class NamedServers : IServerSource
{
    private const string Dns = "dns", Srv = "srv";

    private readonly Uri _name;
    private readonly LookupClient? _lookup;

    public NamedServers(string name)
    {
        Name = name;
        _name = Uri.TryCreate(name, UriKind.Absolute, out var uri)
            && uri is { Scheme: "http" or "https" or Dns or Srv, AbsolutePath: "/" or "", Query: "", UserInfo: "" }
            && (uri.Scheme != Dns || uri.Port > 0)
                ? uri
                : throw new ArgumentException(
                    "Gateway: expected a server as http://host:port, https://host:port, dns://name:port or "
                        + $"srv://_http._tcp.name, got '{name}'.");
        _lookup = _name.Scheme == Srv ? new LookupClient() : null;
    }

    public string Name { get; }

    public async Task<IReadOnlyList<ServerAddress>> FindAsync(CancellationToken cancellationToken)
        => _name.Scheme switch
        {
            Dns => await AddressesAsync(cancellationToken).ConfigureAwait(false),
            Srv => await RecordsAsync(cancellationToken).ConfigureAwait(false),
            _ => [new ServerAddress(_name)],
        };

    private async Task<IReadOnlyList<ServerAddress>> AddressesAsync(CancellationToken cancellationToken)
    {
        try
        {
            return
            [
                .. (await System.Net.Dns.GetHostAddressesAsync(_name.Host, cancellationToken).ConfigureAwait(false))
                    .Select(a => new ServerAddress(Http(Host(a), _name.Port))),
            ];
        }
        catch (SocketException e)
        {
            throw new IOException($"{Name}: {e.Message}", e);
        }
    }

    private async Task<IReadOnlyList<ServerAddress>> RecordsAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await _lookup!.QueryAsync(
                _name.Host, QueryType.SRV, cancellationToken: cancellationToken).ConfigureAwait(false);
            return
            [
                .. answer.Answers.SrvRecords().Select(
                    static r => new ServerAddress(Http(r.Target.Value.TrimEnd('.'), r.Port))),
            ];
        }
        catch (DnsResponseException e)
        {
            throw new IOException($"{Name}: {e.Message}", e);
        }
    }

    private static string Host(IPAddress address)
        => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : $"{address}";

    private static Uri Http(string host, int port)
        => new(string.Create(CultureInfo.InvariantCulture, $"http://{host}:{port}"));
}
