using System.CommandLine;
using MaaS.Cli.CommandLine;
using MaaS.Serving;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;

namespace MaaS.Cli.Commands;

/// <summary><c>maas serve</c>: models over HTTP until the process is told to end.</summary>
/// <remarks>An option that is not given leaves the configuration as it is: appsettings.json, then the
/// environment.</remarks>
internal sealed class ServeCommand : VerbCommand
{
    // A server of its own stands behind a load balancer more often than not: that must notice before the port closes.
    private static readonly Dictionary<string, string?> Defaults = new() { ["MaaS:DrainDelay"] = "00:00:01" };

    private readonly Option<string?> _models = Given<string?>(
        "--models",
        "A folder of models (.onnx, .maas, .ensemble.json, package folders, registry folders), or one of these. "
            + "Default: models.", "path");

    private readonly Option<string?> _registry = Given<string?>(
        "--registry",
        "A registry (see 'maas registry'), sqlite:FILE or postgres:…: versions in production or with an alias are "
            + "served, and changes followed. Copies go to --models, registry-models by default.", "address");

    private readonly Option<int?> _port = Given<int?>(
        "--port", "TCP port; 0 takes a free one. Default: 8080.", "number");
    private readonly Option<string?> _host = Given<string?>(
        "--host", "Address to listen on; 0.0.0.0 for all. Default: 127.0.0.1.", "address");

    private readonly Option<int?> _adminPort = Given<int?>(
        "--admin-port",
        "TCP port on 127.0.0.1 to load, unload and route models; 0 takes a free one. Default: the one after --port.",
        "number");

    private readonly Option<string?> _announce = Given<string?>(
        "--announce",
        "Where a gateway reaches this server, as http://10.0.0.7:8080: announces it in the --registry while it runs.",
        "url");

    private readonly Option<string?> _keys = Given<string?>(
        "--keys", "File of API keys, see 'maas keys'; requests without a key are then refused.", "file");
    private readonly Option<string?> _audit = Given<string?>(
        "--audit", "File that records who loaded, unloaded or routed what, see 'maas audit'.", "file");
    private readonly Option<string?> _certificate = Given<string?>(
        "--tls-certificate", "PEM file with the server's certificate: HTTPS instead of HTTP, on every port.", "file");
    private readonly Option<string?> _certificateKey = Given<string?>(
        "--tls-key", "PEM file with the certificate's private key.", "file");

    private readonly Option<string[]> _trusted = OptionKinds.Several(
        "--trusted-key",
        "PEM file of public keys: only packages that one of them signed are served. May be given several times.",
        "file");
    private readonly Option<string?> _revoked = Given<string?>(
        "--revoked", "File of trusted keys that count no more (revoked.json, see 'maas signing-keys').", "file");
    private readonly Option<string[]> _decryption = OptionKinds.Several(
        "--decryption-key",
        "Private key that opens encrypted packages, in memory alone; may be given several times. Its passphrase is "
            + "MAAS_PASSPHRASE of the environment, or in --passphrase-file.", "file");
    private readonly Option<string?> _passphrase = Given<string?>(
        "--passphrase-file", "File whose first line is the passphrase of the decryption keys.", "file");

    private readonly Option<int?> _grpcPort = Given<int?>(
        "--grpc-port", "TCP port for gRPC; 0 takes a free one. Default: none.", "number");
    private readonly Option<string?> _versions = Given<string?>(
        "--versions",
        "Versions to load of each model: latest, latest:N, all, or numbers as 1,4; labelled ones besides. Default: "
            + "latest.", "policy");

    private readonly Option<bool> _lazy = new("--lazy") { Description = "Loads each model on its first request." };
    private readonly Option<bool> _noWatch = new("--no-watch")
    {
        Description = "Does not follow changes of the models folder.",
    };
    private readonly Option<long?> _memory = Given<long?>(
        "--memory-limit",
        "Estimated memory of loaded models, in MiB; the least recently used go to make room. Default: none.", "MiB");

    private readonly Option<string?> _state = Given<string?>(
        "--state", "File that keeps loads, unloads and routes asked for at run time.", "file");
    private readonly Option<double?> _drainDelay = Given<double?>(
        "--drain-delay", "How long to listen on after SIGTERM, not ready any more. Default: 1.", "seconds");

    private readonly Option<double?> _drainTimeout = Given<double?>(
        "--drain-timeout", "How long requests may then take to finish. Default: 30.", "seconds");
    private readonly Option<string[]> _set = OptionKinds.Several(
        "--set",
        "Any option of the configuration's section MaaS, as Models:digits:Versions=all. May be given several times.",
        "key=value");

    public ServeCommand()
        : base("serve", "Serves models over HTTP: /predict, TensorFlow Serving's REST and the Open Inference Protocol.")
    {
        new Option[] { _models, _registry, _announce, _port, _grpcPort, _adminPort, _host, _keys, _audit, _certificate,
            _certificateKey, _trusted, _revoked, _decryption, _passphrase, _versions, _lazy,
            _noWatch, _memory, _state, _drainDelay, _drainTimeout,
            _set }.AddTo(this);
    }

    public override IReadOnlyList<(string CommandLine, string Purpose)> Examples =>
    [
        ("maas serve --models artifacts/demo/digits.maas --port 8080", "One package."),
        ("maas serve --registry sqlite:registry.db", "What the registry has in production or under an alias."),
        ("maas serve --models models --host 0.0.0.0", "Every model of a folder, from everywhere."),
        ("maas serve --models registry --versions latest:2 --memory-limit 4096 --state maas.state.json",
            "A registry within 4 GiB."),
    ];

    protected override async Task<int> RunAsync(ParseResult result, CancellationToken cancellationToken)
    {
        foreach (var port in new[] { _port, _grpcPort, _adminPort })
        {
            if (result.GetValue(port) is < 0 or > 65535)
            {
                throw new UsageException($"{port.Name}: expected 0 to 65535, got {result.GetValue(port)}.");
            }
        }

        var settings = Settings(result);
        await using var server = await ServingHost.StartAsync(
            options => Apply(result, options),
            Url(result),
            builder =>
            {
                builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Defaults });
                builder.Configuration.AddInMemoryCollection(settings);
                builder.Services.AddMaaSImages();
            },
            cancellationToken);
        var names = server.Models.Names is { Count: > 0 } known
            ? string.Join(", ", known) : "no model yet, waiting for some in the models folder,";
        var grpc = server.GrpcAddress is { } address ? $", gRPC on {address}" : "";
        Console.WriteLine(
            $"serving {names} on {server.Address}, administration on {server.AdminAddress}{grpc} (Ctrl+C ends it)");
        await server.WaitForShutdownAsync(cancellationToken);
        return ExitCode.Success;
    }

    private string? Url(ParseResult result)
        => result.GetValue(_host) is null && result.GetValue(_port) is null && result.GetValue(_certificate) is null
            ? null
            : $"{Scheme(result)}://{result.GetValue(_host) ?? "127.0.0.1"}:{result.GetValue(_port) ?? 8080}";

    private string Scheme(ParseResult result) => result.GetValue(_certificate) is null ? "http" : "https";

    /// <summary>What stands above the configuration's other sources.</summary>
    private Dictionary<string, string?> Settings(ParseResult result)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        if (result.GetValue(_certificate) is { } certificate)
        {
            settings["Kestrel:Certificates:Default:Path"] = Path.GetFullPath(certificate);
            settings["Kestrel:Certificates:Default:KeyPath"] = result.GetValue(_certificateKey) is { } key
                ? Path.GetFullPath(key)
                : throw new UsageException("--tls-certificate: expected its private key too; add --tls-key.");
        }

        foreach (var text in result.GetRequiredValue(_set))
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var key = equals > 0
                ? text[..equals]
                : throw new UsageException($"--set: expected key=value, got '{text}'.");
            settings[$"MaaS:{key}"] = text[(equals + 1)..];
        }

        return settings;
    }

    private void Apply(ParseResult result, MaaSServingOptions options)
    {
        options.Registry = result.GetValue(_registry) ?? options.Registry;
        options.AnnounceUrl = result.GetValue(_announce) ?? options.AnnounceUrl;
        if (result.GetValue(_models) is { } models)
        {
            options.ModelsPath = models;
        }

        options.GrpcUrl = result.GetValue(_grpcPort) is { } grpc
            ? $"{Scheme(result)}://{result.GetValue(_host) ?? "127.0.0.1"}:{grpc}" : options.GrpcUrl;
        options.Security.AdminUrl ??= options.Security.AdminPort is null
            ? $"{Scheme(result)}://127.0.0.1:{AdminPort(result)}" : null;
        options.Security.ApiKeyFile = result.GetValue(_keys) ?? options.Security.ApiKeyFile;
        options.Security.Audit = result.GetValue(_audit) is { } audit
            ? new AuditOptions { Path = audit } : options.Security.Audit;
        foreach (var file in result.GetRequiredValue(_trusted))
        {
            options.Security.Trust.TrustedKeys.Add(file);
        }

        options.Security.Trust.RevocationFile = result.GetValue(_revoked) ?? options.Security.Trust.RevocationFile;
        foreach (var file in result.GetRequiredValue(_decryption))
        {
            options.Security.Trust.DecryptionKeys.Add(
                new DecryptionKeyOptions { File = file, PassphraseFile = result.GetValue(_passphrase) });
        }

        options.Defaults.Versions = result.GetValue(_versions) ?? options.Defaults.Versions;
        options.Defaults.IsLazy = result.GetValue(_lazy) ? true : options.Defaults.IsLazy;
        options.Watch &= !result.GetValue(_noWatch);
        options.MemoryLimitBytes = result.GetValue(_memory) << 20 ?? options.MemoryLimitBytes;
        options.StateFile = result.GetValue(_state) ?? options.StateFile;
        options.DrainDelay = Seconds(result, _drainDelay) ?? options.DrainDelay;
        options.DrainTimeout = Seconds(result, _drainTimeout) ?? options.DrainTimeout;
    }

    private int AdminPort(ParseResult result)
        => result.GetValue(_adminPort)
            ?? (result.GetValue(_port) switch { 0 => 0, { } port => Math.Min(port + 1, 65535), null => 8081 });

    private static TimeSpan? Seconds(ParseResult result, Option<double?> option)
        => result.GetValue(option) is not { } seconds ? null
            : seconds is >= 0 and <= 3600 ? TimeSpan.FromSeconds(seconds)
            : throw new UsageException($"{option.Name}: expected 0 to 3600 seconds, got {seconds}.");

    private static Option<T> Given<T>(string name, string description, string helpName) => new(name)
    {
        Description = description,
        HelpName = helpName,
    };
}
