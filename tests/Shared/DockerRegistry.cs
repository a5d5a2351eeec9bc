using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MaaS.Registry.Exchange;

namespace MaaS.Tests;

/// <summary>Debian's <c>docker-registry</c> over TLS with one account, and <c>skopeo</c> beside it.</summary>
internal sealed class DockerRegistry : IDisposable
{
    public const string User = "ann", Password = "secret";

    // bcrypt of the password, as htpasswd -B writes it.
    private const string Account = "ann:$2b$04$Y68p8V1rCbndfL0rhaSHouyRSUuopKiesKwwm7NQWQ3mfwMa1tKKO";

    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;

    private DockerRegistry(int port, Process process, TemporaryFolder folder)
        => (Host, _process, _folder) = ($"127.0.0.1:{port}", process, folder);

    public string Host { get; }

    public string AuthorityFile => _folder["certificates/ca.crt"];

    public ExchangeOptions Options => new()
    {
        AuthorityFile = AuthorityFile,
        Logins = Logins,
        ChunkBytes = 1 << 20,
    };

    public RegistryLogins Logins
    {
        get
        {
            var logins = new RegistryLogins(_folder["logins.json"]);
            logins.Store(Host, new RegistryLogin(User, Password));
            return logins;
        }
    }

    public static async Task<DockerRegistry> StartAsync()
    {
        var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["certificates"]);
        WriteCertificate(folder);
        await File.WriteAllTextAsync(folder["accounts"], Account + "\n");
        int port;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        await File.WriteAllTextAsync(
            folder["config.yml"],
            $$"""
            version: 0.1
            log: { level: error }
            storage: { filesystem: { rootdirectory: {{folder["storage"]}} } }
            http:
              addr: "127.0.0.1:{{port}}"
              tls: { certificate: {{folder["server.pem"]}}, key: {{folder["server.key"]}} }
            auth: { htpasswd: { realm: models, path: {{folder["accounts"]}} } }
            """);
        var process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", folder["config.yml"]])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        }) ?? throw new InvalidOperationException("expected Debian's package docker-registry");
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var registry = new DockerRegistry(port, process, folder);
        using var exchange = new ModelExchange(registry.Options with { Attempts = 10 });
        await exchange.CheckLoginAsync(registry.Host, null);
        return registry;
    }

    /// <summary>Runs skopeo with the account and the certificate.</summary>
    /// <param name="command">As <c>inspect</c>.</param>
    /// <param name="prefixes">Of the options: "" or "src-" and "dest-".</param>
    /// <param name="arguments">The rest.</param>
    public async Task<string> SkopeoAsync(string command, string[] prefixes, params string[] arguments)
    {
        string[] options = [.. prefixes.SelectMany(
            p => new[] { $"--{p}creds", $"{User}:{Password}", $"--{p}cert-dir", _folder["certificates"] })];
        using var process = Process.Start(
            new ProcessStartInfo("skopeo", ["--insecure-policy", command, .. options, .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, $"skopeo {command}: {await error}");
        return output;
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Dispose();
    }

    private static void WriteCertificate(TemporaryFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=registry {Guid.NewGuid():N}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        File.WriteAllText(folder["server.pem"], certificate.ExportCertificatePem());
        File.WriteAllText(folder["certificates/ca.crt"], certificate.ExportCertificatePem());
        File.WriteAllText(folder["server.key"], key.ExportPkcs8PrivateKeyPem());
    }
}
