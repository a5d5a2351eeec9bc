using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MaaS.Serving.Security;

namespace MaaS.Cli.Tests.Serving;

/// <summary>Keys, TLS and the audit log as an operator sets them up: with the command, over sockets.</summary>
[NonParallelizable]
[Platform("Linux,MacOsX")]
public sealed class SecuredServeTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("maas-secured-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Serve_WithKeysTlsAndAudit_LetsInWhoHasAKeyAndRecordsChanges()
    {
        var models = Directory.CreateDirectory(Path.Combine(_folder, "models")).FullName;
        await ServeProcess.RegisterAsync(models);
        WriteCertificate();
        var shop = (await RunAsync(0, "keys", "create", "shop", "--file", "keys.json")).Output.Trim();
        var operating = (await RunAsync(
            0, "keys", "create", "operator", "--file", "keys.json", "--scope", "admin")).Output.Trim();

        using (var server = await ServeProcess.StartAsync(
            models, "--keys", InFolder("keys.json"), "--audit", InFolder("audit.jsonl"), "--tls-certificate",
            InFolder("server.pem"), "--tls-key", InFolder("server.key")))
        {
            Assert.That(server.Address.Scheme, Is.EqualTo("https"));
            Assert.That(await AskAsync(server.Address, "/v2/models/m", shop), Is.EqualTo(HttpStatusCode.OK));
            Assert.That(await AskAsync(server.Address, "/v2/models/m", null), Is.EqualTo(HttpStatusCode.Unauthorized));
            Assert.That(
                await AskAsync(server.Admin, "/v2/repository/models/m/load", shop, HttpMethod.Post),
                Is.EqualTo(HttpStatusCode.Forbidden));
            Assert.That(
                await AskAsync(server.Admin, "/v2/repository/models/m/load", operating, HttpMethod.Post),
                Is.EqualTo(HttpStatusCode.OK));

            var list = (await RunAsync(0, "keys", "list", "--file", "keys.json")).Output;
            Assert.That(list, Does.Contain("shop").And.Contain("operator").And.Not.Contain(shop[18..]));
            await RunAsync(0, "keys", "revoke", shop.Split('_')[1], "--file", "keys.json");
            Assert.That(
                async () => await AskAsync(server.Address, "/v2/models/m", shop),
                Is.EqualTo(HttpStatusCode.Unauthorized).After(10_000, 200));

            server.Terminate();
            await server.ExitAsync();
        }

        var verified = (await RunAsync(0, "audit", "verify", "audit.jsonl")).Output;
        Assert.That(verified, Does.Match("[0-9]+ lines are whole"));
        var head = verified.Trim().Split(' ')[^1];
        await RunAsync(0, "audit", "verify", "audit.jsonl", "--head", head);

        var log = InFolder("audit.jsonl");
        var lines = await File.ReadAllLinesAsync(log);
        Assert.That(lines[..2], Has.All.Contains("\"refused\""), "nobody, and the shop that may not load");
        Assert.That(
            lines[2..4], Has.All.Contains("operator").And.All.Contains("/v2/repository/models/m/load"),
            "the load that was allowed, before and after");
        await File.WriteAllTextAsync(
            log, (await File.ReadAllTextAsync(log)).Replace("operator", "somebody", StringComparison.Ordinal));
        Assert.That(
            (await RunAsync(1, "audit", "verify", "audit.jsonl")).Error,
            Does.Contain("line 3: the line's content does not have the line's hash"));
    }

    [TestCase("keys create shop --scope root", 1, "predict, read, admin")]
    [TestCase("keys create shop --days 0", 2, "--days: expected 1 to 36500, got 0")]
    [TestCase("keys create shop --tokens-per-minute 0", 2, "--tokens-per-minute: expected 1 to 1000000000000, got 0")]
    [TestCase("keys create shop --tokens-per-minute 1.5", 2, "--tokens-per-minute")]
    [TestCase("keys create shop --concurrent-streams -1", 2, "--concurrent-streams: expected 1 to 1000000, got -1")]
    [TestCase("keys create shop --requests-per-second 0", 2, "--requests-per-second: expected above 0 to 1000000")]
    [TestCase("keys create shop --requests-per-second NaN", 2, "--requests-per-second: expected above 0 to 1000000")]
    [TestCase("keys list --file none.json", 1, "none.json")]
    [TestCase("audit verify none.jsonl", 2, "expected a log, found none")]
    [TestCase("serve --models . --tls-certificate server.pem", 2, "add --tls-key")]
    public async Task Run_WrongCommandLine_NamesIt(string commandLine, int code, string expected)
        => Assert.That(
            (await RunAsync(code, commandLine.Split(' '))).Error, Does.Contain(expected).And.Not.Contain("   at "));

    [Test]
    public async Task KeysCreate_Limits_AreInTheFileThatServersRead()
    {
        await RunAsync(
            0, "keys", "create", "chat", "--tokens-per-minute", "60000", "--concurrent-streams", "4",
            "--requests-per-second", "2.5");
        await RunAsync(0, "keys", "create", "free");

        var keys = ApiKeyFile.Read(InFolder("keys.json"));
        Assert.That(
            keys.Select(static k => (k.Name, k.TokensPerMinute, k.ConcurrentStreams, k.RequestsPerSecond)),
            Is.EqualTo(new (string, long?, int?, double?)[] { ("chat", 60_000, 4, 2.5), ("free", null, null, null) }));
        var list = (await RunAsync(0, "keys", "list")).Output.Trim().Split('\n');
        Assert.That(list[0], Does.EndWith("2.5 requests/s  60000 tokens/min  4 streams"));
        Assert.That(list[1], Does.EndWith("without end"));
    }

    private string InFolder(string file) => Path.Combine(_folder, file);

    private async Task<(string Output, string Error)> RunAsync(int expected, params string[] arguments)
    {
        var (code, output, error) = await CommandProcess.RunAsync(_folder, arguments);
        Assert.That(code, Is.EqualTo(expected), $"{output}\n{error}");
        return (output, error);
    }

    private static async Task<HttpStatusCode> AskAsync(Uri address, string path, string? key, HttpMethod? method = null)
    {
        using var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown?.Subject == "CN=localhost",
        };
        using var client = new HttpClient(handler) { BaseAddress = address };
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (method == HttpMethod.Post)
        {
            request.Content = new StringContent("{}", Encoding.UTF8, "application/json");
        }

        if (key is not null)
        {
            request.Headers.Add("X-Api-Key", key);
        }

        using var response = await client.SendAsync(request);
        return response.StatusCode;
    }

    private void WriteCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(InFolder("server.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(InFolder("server.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
