using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MaaS.Serving.Tests.Security;

/// <summary>Client certificates over real TLS: every set of addresses, every address of a set, every kind of
/// certificate.</summary>
public sealed class ClientCertificateTests
{
    private readonly ModelsFolder _models = new ModelsFolder().Add("same");
    private readonly TestAuthority _authority = new();
    private readonly TestAuthority _otherAuthority = new();
    private readonly LogLines _log = new();
    private Dictionary<string, X509Certificate2?> _certificates = [];

    [OneTimeSetUp]
    public void Issue()
    {
        File.WriteAllText(_models["ca.pem"], _authority.Certificate.ExportCertificatePem());
        _certificates = new()
        {
            ["none"] = null,
            ["wrong authority"] = _otherAuthority.Issue("CN=shop"),
            ["for servers"] = _authority.Issue("CN=shop", TestAuthority.Server),
            ["expired"] = _authority.Issue("CN=shop", isExpired: true),
            ["revoked"] = _authority.Issue("CN=shop"),
            ["unknown subject"] = _authority.Issue("CN=stranger"),
            ["right"] = _authority.Issue("CN=shop"),
        };
        File.WriteAllText(_models["crl.pem"], TestAuthority.Pem(_authority.Revoke(null, _certificates["revoked"]!)));
    }

    [OneTimeTearDown]
    public void Remove()
    {
        _models.Dispose();
        _authority.Dispose();
        _otherAuthority.Dispose();
        _log.Dispose();
        foreach (var certificate in _certificates.Values)
        {
            certificate?.Dispose();
        }
    }

    private Task<TestServer> ServeAsync(
        bool admin, bool grpc, bool subjects = true, Action<SecurityOptions>? configure = null, string scheme = "https")
    {
        var certificate = _authority.ServerCertificate(_models);
        return TestServer.StartAsync(
            o =>
            {
                (o.ModelsPath, o.Watch) = (_models["same.onnx"], false);
                (o.Security.ClientAuthorityFile,
                    o.Security.ClientRevocationFile) = (_models["ca.pem"], _models["crl.pem"]);
                (o.Security.AdminUrl,
                    o.GrpcUrl) = (admin ? $"{scheme}://127.0.0.1:0" : null, grpc ? $"{scheme}://127.0.0.1:0" : null);
                if (subjects)
                {
                    o.Security.ClientCertificates.Add(
                        new ClientCertificateOptions { Subject = "CN=shop", Scopes = ["predict", "read", "admin"] });
                }

                configure?.Invoke(o.Security);
            },
            isOpen: false,
            $"{scheme}://127.0.0.1:0",
            builder =>
            {
                certificate(builder);
                builder.Logging.AddProvider(_log);
                builder.Logging.AddFilter("Microsoft", LogLevel.None);
            });
    }

    /// <summary>What a caller gets: <c>handshake</c> where there is no connection, else the status of the
    /// answer.</summary>
    private async Task<string> AskAsync(Uri address, string what, X509Certificate2? certificate)
    {
        using var client = _authority.Connect(address, certificate);
        try
        {
            switch (what)
            {
                case "main":
                    return $"{(int)(await client.PredictAsync()).Status}";
                case "admin":
                    using (var response = await client.PostAsync(
                        new Uri("/v2/repository/models/same/load", UriKind.Relative), content: null))
                    {
                        return $"{(int)response.StatusCode}";
                    }

                default:
                    return (await client.CallAsync(
                        address, GrpcCalls.Service + "ModelInfer",
                        [GrpcCalls.Infer("same")])).Status switch { 0 => "200", 16 => "401", var s => $"grpc {s}" };
            }
        }
        catch (HttpRequestException)
        {
            return "handshake";
        }
    }

    [Test]
    public async Task Connect_EveryAddressAndCertificate_OnlyTheRightOneIsAnswered(
        [Values] bool admin, [Values] bool grpc, [Values] bool subjects)
    {
        await using var server = await ServeAsync(admin, grpc, subjects);
        List<(string What, Uri Address)> addresses = [("main", server.Address), ("grpc", server.Address)];
        if (admin)
        {
            addresses.Add(("admin", server.AdminAddress));
        }

        if (grpc)
        {
            addresses.Add(("grpc", server.GrpcAddress));
        }

        foreach (var (what, address) in addresses)
        {
            foreach (var (kind, certificate) in _certificates)
            {
                var expected = kind switch
                {
                    "right" => "200",
                    "unknown subject" => subjects ? "401" : "200",
                    _ => "handshake",
                };
                Assert.That(
                    await AskAsync(address, what, certificate), Is.EqualTo(expected),
                    $"{what} at {address}, certificate: {kind}");
            }
        }

        Assert.That(
            _log.All.Select(l => l.Text), Has.Some.Contains("has revoked it"),
            "the revoked one was refused for that and nothing else");
    }

    [Test]
    public async Task Connect_WithoutTls_GetsNothingButHealth()
    {
        await using var server = await ServeAsync(admin: true, grpc: true, subjects: false, scheme: "http");

        Assert.That(await AskAsync(server.Address, "main", null), Is.EqualTo("401"));
        Assert.That(await AskAsync(server.AdminAddress, "admin", null), Is.EqualTo("401"));
        Assert.That(await AskAsync(server.GrpcAddress, "grpc", null), Is.EqualTo("401"));
        Assert.That(await server.StatusAsync(HttpMethod.Get, "/v2/health/ready"), Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await server.GetAsync("/healthz")).TryGetProperty("models", out _), Is.False);
        Assert.That(
            _log.All.Where(l => l.Level == LogLevel.Warning).Select(l => l.Text),
            Has.Some.Contains("without TLS").And.Contains(server.AdminAddress.Authority));
    }

    [Test]
    public async Task Connect_KestrelEndpointsOfTheConfiguration_DemandCertificatesToo()
    {
        var certificate = _authority.ServerCertificate(_models);
        await using var host = await ServingHost.StartAsync(
            o => (o.ModelsPath, o.Security.ClientAuthorityFile) = (_models["same.onnx"], _models["ca.pem"]),
            url: null,
            builder =>
            {
                builder.Logging.ClearProviders();
                certificate(builder);
                builder.Configuration["Kestrel:Endpoints:Https:Url"] = "https://127.0.0.1:0";
            });

        Assert.That(await AskAsync(host.Address, "main", null), Is.EqualTo("handshake"));
        Assert.That(await AskAsync(host.Address, "main", _certificates["right"]), Is.EqualTo("200"));
    }

    [Test]
    public async Task Connection_ThatWasAccepted_EndsToCountWhenItsCertificateIsRevoked()
    {
        using var taken = _authority.Issue("CN=shop");
        var file = _models["later.crl"];
        await File.WriteAllBytesAsync(file, _authority.Revoke(null));
        await using var server = await ServeAsync(
            admin: false, grpc: false, configure: o => o.ClientRevocationFile = file);
        using var client = _authority.Connect(server.Address, taken);
        Assert.That((await client.PredictAsync()).Status, Is.EqualTo(HttpStatusCode.OK));

        await File.WriteAllBytesAsync(file, _authority.Revoke(null, taken));
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(1));

        Assert.That(
            async () => (await client.PredictAsync()).Status, Is.EqualTo(HttpStatusCode.Unauthorized).After(5000, 100));
        Assert.That(await AskAsync(server.Address, "main", taken), Is.EqualTo("handshake"));
    }

    [Test]
    public async Task Revocations_OfAnotherExpiredOrMissing_LetNobodyIn()
    {
        foreach (var (what, list) in new[]
        {
            ("expired", _authority.Revoke(DateTimeOffset.UtcNow.AddHours(-1))),
            ("signed by another of the same name", _otherAuthority.Revoke(null)),
        })
        {
            await File.WriteAllBytesAsync(_models["no.crl"], list);
            await using var server = await ServeAsync(
                admin: false, grpc: false, configure: o => o.ClientRevocationFile = _models["no.crl"]);
            Assert.That(await AskAsync(server.Address, "main", _certificates["right"]), Is.EqualTo("handshake"), what);
        }
    }

    [Test]
    public async Task Revocations_OfSeveralAuthoritiesInOneFile_CountEachForItsOwn()
    {
        using var second = new TestAuthority("CN=second", rsa: true);
        using var good = second.Issue("CN=shop");
        using var bad = second.Issue("CN=shop");
        await File.WriteAllTextAsync(
            _models["both.pem"],
            $"{_authority.Certificate.ExportCertificatePem()}\n{second.Certificate.ExportCertificatePem()}\n");
        await File.WriteAllTextAsync(
            _models["both.crl"],
            TestAuthority.Pem(_authority.Revoke(null, _certificates["revoked"]!))
                + TestAuthority.Pem(second.Revoke(null, bad)));
        await using var server = await ServeAsync(
            admin: false, grpc: false,
            configure: o =>
                (o.ClientAuthorityFile, o.ClientRevocationFile) = (_models["both.pem"], _models["both.crl"]));

        Assert.That(await AskAsync(server.Address, "main", good), Is.EqualTo("200"));
        Assert.That(await AskAsync(server.Address, "main", bad), Is.EqualTo("handshake"));
        Assert.That(await AskAsync(server.Address, "main", _certificates["right"]), Is.EqualTo("200"));
        Assert.That(await AskAsync(server.Address, "main", _certificates["revoked"]), Is.EqualTo("handshake"));
    }

    [Test]
    public void Start_FilesThatAreNone_NamesEveryFault()
    {
        File.WriteAllText(_models["text.pem"], "hello");
        Assert.That(
            async () => await ServeAsync(
                false, false,
                configure: o =>
                    (o.ClientAuthorityFile, o.ClientRevocationFile) = (_models["text.pem"], _models["same.onnx"])),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("ClientAuthorityFile")
                .And.Message.Contains("ClientRevocationFile"));
        Assert.That(
            async () => await ServeAsync(false, false, subjects: false, configure: o => o.ClientAuthorityFile = null),
            Throws.InstanceOf<OptionsValidationException>()
                .With.Message.Contains("ClientRevocationFile: expected ClientAuthorityFile"));
    }
}
