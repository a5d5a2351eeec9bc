using System.CommandLine;
using System.Net;
using MaaS.Cli.CommandLine;
using MaaS.Core.Trust;
using MaaS.Gateway;
using MaaS.Gateway.Hosting;
using MaaS.Serving;
using static MaaS.Cli.CommandLine.OptionKinds;

namespace MaaS.Cli.Commands;

/// <summary><c>maas gateway</c>: one address before several servers.</summary>
internal sealed class GatewayCommand : VerbCommand
{
    private readonly Option<string[]> _servers = Several(
        "--server",
        "A server: http://host:port, or dns://name:port and srv://_http._tcp.name for all that a name stands for; may "
            + "be "
            + "given several times.", "url");

    private readonly Option<string?> _registry = new("--registry")
    {
        Description = "A registry in which servers announce themselves (maas serve --announce): sqlite:FILE or "
            + "postgres:Host=….",
        HelpName = "address",
    };

    private readonly Option<string> _host = new("--host")
    {
        Description = "IP address to listen on; 0.0.0.0 for all.",
        HelpName = "address",
        DefaultValueFactory = static _ => "127.0.0.1",
    };

    private readonly Option<int> _port = Number("--port", "TCP port; 0 takes a free one.", 8080);
    private readonly Option<int?> _grpcPort = new("--grpc-port")
    {
        Description = "TCP port for gRPC; 0 takes a free one. Default: none.",
        HelpName = "number",
    };

    private readonly Option<int?> _adminPort = new("--admin-port")
    {
        Description = "TCP port on 127.0.0.1 of the page and the metrics; 0 takes a free one. Default: the one after "
            + "--port.",
        HelpName = "number",
    };

    private readonly Option<FileInfo?> _serverKey = new("--server-key")
    {
        Description = "File with the API key by which the gateway asks servers for their models.",
        HelpName = "file",
    };

    private readonly Option<FileInfo?> _keys = new("--keys")
    {
        Description = "File of API keys (maas keys): the gateway checks callers, and servers get its own tokens.",
        HelpName = "file",
    };

    private readonly Option<string?> _issuer = new("--jwt-issuer")
    {
        Description = "Issuer of the bearer tokens (JWT) that the gateway takes.",
        HelpName = "iss",
    };

    private readonly Option<string?> _audience = new("--jwt-audience")
    {
        Description = "Audience of those tokens.",
        HelpName = "aud",
    };

    private readonly Option<string[]> _issuerKeys = Several(
        "--jwt-key", "PEM file with a public key or certificate of the issuer; may be given several times.", "file");

    private readonly Option<FileInfo?> _tokenKey = new("--token-key")
    {
        Description = "Private key (maas signing-keys create) by which the gateway signs its tokens; servers have the "
            + "public half.",
        HelpName = "file",
    };

    private readonly PassphraseOptions _passphrase = new();

    private readonly Option<string[]> _hosts = Several(
        "--allowed-host",
        "A name under which clients reach the gateway, beside localhost, the machine's name and IP addresses; * for "
            + "all. "
            + "May be given several times.", "name");

    private readonly Option<int> _retries = Number(
        "--retries", "Further servers that are tried where one fails.", new GatewayOptions().Retries);

    public GatewayCommand()
        : base("gateway", "Sends each request to a server that has its model, and to another one where that fails.")
    {
        new Option[]
        {
            _servers, _registry, _host, _port, _grpcPort, _adminPort, _serverKey, _keys, _issuer, _audience,
            _issuerKeys, _tokenKey, _hosts, _retries,
        }.AddTo(this);
        _passphrase.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas gateway --server http://10.0.0.7:8080 --server http://10.0.0.8:8080", "Two servers."),
        ("maas gateway --registry postgres:Host=db;Username=maas;Database=maas", "Those that announce themselves."),
        ("maas gateway --server http://10.0.0.7:8080 --keys keys.json --token-key keys/gateway.signing.key",
            "Callers are checked here."),
        ("maas gateway --server dns://maas.models.svc.cluster.local:8080 --host 0.0.0.0",
            "The pods of a headless service."),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        var options = Checked(() =>
        {
            var read = new GatewayOptions
            {
                Servers = result.GetRequiredValue(_servers),
                Registry = result.GetValue(_registry),
                Retries = result.GetValue(_retries),
                AllowedHosts = result.GetRequiredValue(_hosts),
                Authentication = Authentication(result),
                ServerKey = result.GetValue(_serverKey) is { } file ? File.ReadAllText(file.FullName).Trim() : null,
            };
            read.Validate();
            return read;
        });
        var (url, grpc, admin) = Checked(() => Addresses(result));
        await using var gateway = await GatewayHost.StartAsync(
            options, url, grpc, admin, cancellationToken: cancellationToken);
        var also = gateway.GrpcAddress is { } address ? $", gRPC on {address}" : "";
        Console.WriteLine(
            $"gateway on {gateway.Address}, the fleet on {gateway.AdminAddress}{also} (Ctrl+C ends it)");
        await gateway.WaitForShutdownAsync(cancellationToken);
        return ExitCode.Success;
    }

    private GatewayAuthentication? Authentication(ParseResult result)
    {
        var (keys, issuer, audience, tokenKey) = (
            result.GetValue(_keys), result.GetValue(_issuer), result.GetValue(_audience), result.GetValue(_tokenKey));
        var issuerKeys = result.GetRequiredValue(_issuerKeys);
        if (keys is null && issuer is null && audience is null && issuerKeys.Length == 0 && tokenKey is null)
        {
            return null;
        }

        return tokenKey is null
            ? throw new UsageException(
                $"{_tokenKey.Name}: expected the key by which the gateway tells servers who calls, got none; make one "
                    + "with 'maas signing-keys create gateway'.")
            : new GatewayAuthentication
            {
                ApiKeyFile = keys?.FullName,
                Jwt = issuer is null && audience is null && issuerKeys.Length == 0 ? null
                    : new JwtOptions
                    {
                        Issuer = issuer ?? "",
                        Audience = audience ?? "",
                        PublicKeyFiles = [.. issuerKeys],
                    },
                TokenKey = KeyFile.ReadSigning(tokenKey.FullName, _passphrase.Of(result, tokenKey.Name)),
            };
    }

    private (string Url, string? Grpc, string Admin) Addresses(ParseResult result)
    {
        var text = result.GetRequiredValue(_host);
        var host = IPAddress.TryParse(text, out var ip) ? ip
            : throw new UsageException($"--host: expected an IP address to listen on, got '{text}'.");
        var port = result.GetValue(_port);
        return (
            Url(host, "--port", port), result.GetValue(_grpcPort) is { } grpc ? Url(host, "--grpc-port", grpc) : null,
            Url(IPAddress.Loopback, "--admin-port", result.GetValue(_adminPort) ?? port switch
            {
                0 => 0,
                65535 => 65534,
                _ => port + 1,
            }));
    }

    // An IPv6 address stands in brackets.
    private static string Url(IPAddress host, string option, int port)
        => port is >= 0 and <= 65535 ? $"http://{new IPEndPoint(host, port)}"
            : throw new UsageException($"{option}: expected 0 to 65535, got {port}.");
}
