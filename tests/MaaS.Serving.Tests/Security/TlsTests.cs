using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MaaS.Serving.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace MaaS.Serving.Tests.Security;

public sealed class TlsTests
{
    private readonly ModelsFolder _models = new ModelsFolder().Add("same");
    private readonly X509Certificate2 _authority = Authority("CN=authority");

    [OneTimeTearDown]
    public void Remove()
    {
        _models.Dispose();
        _authority.Dispose();
    }

    [Test]
    public async Task Client_WithCertificateOfTheAuthority_IsKnownByItsSubject_OthersAreNot()
    {
        await WriteServerCertificateAsync();
        await File.WriteAllTextAsync(_models["ca.pem"], _authority.ExportCertificatePem());
        using var shop = Issue(_authority, "CN=shop", "1.3.6.1.5.5.7.3.2");
        using var stranger = Issue(_authority, "CN=stranger", "1.3.6.1.5.5.7.3.2");
        using var otherAuthority = Authority("CN=authority");
        using var forged = Issue(otherAuthority, "CN=shop", "1.3.6.1.5.5.7.3.2");

        await using var server = await TestServer.StartAsync(
            o =>
            {
                (o.ModelsPath, o.Security.ClientAuthorityFile) = (_models["same.onnx"], _models["ca.pem"]);
                o.Security.ClientCertificates.Add(new ClientCertificateOptions { Subject = "CN=shop", Scopes = ["predict"] });
            },
            isOpen: false,
            "https://127.0.0.1:0",
            UseServerCertificate);

        Assert.That(await AskAsync(server, shop), Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await AskAsync(server, stranger), Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(async () => await AskAsync(server, forged), Throws.InstanceOf<HttpRequestException>());
        Assert.That(async () => await AskAsync(server, null), Throws.InstanceOf<HttpRequestException>());
    }

    [Test]
    public async Task Client_OverTls_SpeaksHttp2AndGrpcOnTheSamePort()
    {
        await WriteServerCertificateAsync();
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models["same.onnx"], url: "https://127.0.0.1:0", builder: UseServerCertificate);
        using var handler = TrustingHandler();
        using var client = new HttpClient(handler)
        {
            BaseAddress = server.Address, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        Assert.That((await client.PredictAsync()).Text, Is.EqualTo("""{"predictions":[[1,2]]}"""));
        using var call = new ByteArrayContent([0, 0, 0, 0, 0]); // An empty message.
        call.Headers.ContentType = new("application/grpc");
        using var answer = await client.PostAsync(new Uri("/inference.GRPCInferenceService/ServerLive", UriKind.Relative), call);
        Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.EqualTo(new byte[] { 0, 0, 0, 0, 2, 8, 1 }), "live: true");
        Assert.That(answer.TrailingHeaders.GetValues("grpc-status"), Is.EqualTo(new[] { "0" }));

        using var plain = new HttpClient { BaseAddress = new UriBuilder(server.Address) { Scheme = "http" }.Uri };
        Assert.That(async () => await plain.PredictAsync(), Throws.InstanceOf<HttpRequestException>(), "nothing is said in clear text");
    }

    private async Task<HttpStatusCode> AskAsync(TestServer server, X509Certificate2? certificate)
    {
        using var handler = TrustingHandler();
        if (certificate is not null)
        {
            handler.ClientCertificates.Add(certificate);
        }

        using var client = new HttpClient(handler) { BaseAddress = server.Address };
        return (await client.PredictAsync()).Status;
    }

    private HttpClientHandler TrustingHandler() => new()
    {
        ServerCertificateCustomValidationCallback = (_, shown, _, _) => shown?.Issuer == _authority.Subject,
        ClientCertificateOptions = ClientCertificateOption.Manual,
    };

    private async Task WriteServerCertificateAsync()
    {
        using var certificate = Issue(_authority, "CN=localhost", "1.3.6.1.5.5.7.3.1");
        await File.WriteAllTextAsync(_models["server.pem"], certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(_models["server.key"], certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    private void UseServerCertificate(WebApplicationBuilder builder) => builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
    {
        ["Kestrel:Certificates:Default:Path"] = _models["server.pem"],
        ["Kestrel:Certificates:Default:KeyPath"] = _models["server.key"],
    });

    private static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 authority, string name, string purpose)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        using var issued = request.Create(authority, authority.NotBefore, authority.NotAfter, RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }
}
