using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DnsClient;

namespace MaaS.Gateway.Servers;

/// <summary>A server that was named: by its address, by a name with several addresses, or by SRV records.</summary>
internal sealed class NamedServers : IServerSource
{
    private const string Dns = "dns", Srv = "srv", GrpcQuery = "?grpc=";

    private readonly Uri _name;
    private readonly int? _grpc;
    private readonly LookupClient? _lookup;

    /// <param name="name">As of <see cref="GatewayOptions.Servers"/>.</param>
    /// <exception cref="ArgumentException">It is no such name.</exception>
    public NamedServers(string name)
    {
        Name = name;
        _name = Uri.TryCreate(name, UriKind.Absolute, out var uri)
            && uri is { Scheme: "http" or "https" or Dns or Srv, AbsolutePath: "/" or "", UserInfo: "" }
            && uri.Host.Length > 0
            && (uri.Scheme != Dns || uri.Port > 0)
            && (uri.Query.Length == 0 || Port(uri.Query) is not null)
                ? uri
                : throw new ArgumentException(
                    "Gateway: expected a server as http://host:port (?grpc=port for gRPC without TLS), "
                        + "https://host:port, "
                        + $"dns://name:port or srv://_http._tcp.name, got '{name}'.");
        (_grpc, _lookup) = (Port(_name.Query), _name.Scheme == Srv ? new LookupClient() : null);
    }

    public string Name { get; }

    public async Task<IReadOnlyList<ServerAddress>> FindAsync(CancellationToken cancellationToken)
        => _name.Scheme switch
        {
            Dns =>
            [
                .. (await System.Net.Dns.GetHostAddressesAsync(_name.Host, cancellationToken).ConfigureAwait(false))
                    .Select(a => At(Host(a), _name.Port)),
            ],
            Srv =>
            [
                .. (await _lookup!.QueryAsync(_name.Host, QueryType.SRV, cancellationToken: cancellationToken)
                    .ConfigureAwait(false)).Answers.SrvRecords().Select(r => At(r.Target.Value.TrimEnd('.'), r.Port)),
            ],
            "https" => [new ServerAddress(new Uri(_name.GetLeftPart(UriPartial.Authority)))],
            _ => [At(_name.Host, _name.Port)],
        };

    private ServerAddress At(string host, int port)
        => new(Http(host, port), _grpc is { } grpc ? Http(host, grpc) : null);

    private static Uri Http(string host, int port)
        => new(string.Create(CultureInfo.InvariantCulture, $"http://{host}:{port}"));

    private static string Host(IPAddress address)
        => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : $"{address}";

    private static int? Port(string query)
        => query.StartsWith(GrpcQuery, StringComparison.Ordinal)
            && int.TryParse(
                query.AsSpan(GrpcQuery.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port is > 0 and < 65536 ? port : null;
}
