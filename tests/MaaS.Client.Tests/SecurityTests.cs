using System.Net;
using System.Security.Cryptography.X509Certificates;
using MaaS.Serving.Security;
using MaaS.Serving.Tests;
using MaaS.Serving.Tests.Security;

namespace MaaS.Client.Tests;

/// <summary>Keys and certificates, over each transport.</summary>
[TestFixture(Transport.Rest)]
[TestFixture(Transport.Grpc)]
public sealed class SecurityTests(Transport transport)
{
    private static readonly InferRequest Request = new("same", Tensor.Of("x", new float[] { 1 }, 1, 1));

    private readonly ModelsFolder _models = new ModelsFolder().Add("same", "half");

    [OneTimeTearDown]
    public void Remove() => _models.Dispose();

    [Test]
    public async Task Infer_Keys_AreAnsweredAsTheyAllow()
    {
        var (key, stored) = ApiKey.Create("shop", ["predict"], ["same"]);
        await using var server = await Servers.StartAsync(
            _models.Path, o => o.Security.ApiKeys.Add(stored), isOpen: false);
        foreach (var (shown, model, expected) in new (string?, string, HttpStatusCode?)[]
        {
            (key, "same", null), (null, "same", HttpStatusCode.Unauthorized),
            (key[..^1] + "!", "same", HttpStatusCode.Unauthorized), (key, "half", HttpStatusCode.Forbidden),
        })
        {
            var options = Servers.Options(transport, server.AddressOf(transport));
            options.ApiKey = shown;
            await using var client = new MaaSClient(options);
            var request = new InferRequest(model, Request.Inputs);
            if (expected is null)
            {
                Assert.That((await client.InferAsync(request))["y"].ToArray<float>(), Is.EqualTo(new[] { 1f }));
                continue;
            }

            var error = await Failure.OfAsync(() => client.InferAsync(request));
            Assert.That(
                (error.Status, error.Kind),
                Is.EqualTo(
                    (expected,
                        expected == HttpStatusCode.Forbidden ? ErrorKind.Forbidden : ErrorKind.Unauthenticated)));
            Assert.That(await client.IsReadyAsync(), "health is open to everybody");
        }
    }

    [Test]
    public async Task Infer_ClientCertificate_IsShownAndTheServersIsChecked()
    {
        using var authority = new TestAuthority();
        using var certificate = authority.Issue("CN=shop");
        await File.WriteAllTextAsync(_models["ca.pem"], authority.Certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(_models["client.pem"], certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(
            _models["client.key"], certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using var server = await Servers.StartAsync(
            _models["same.onnx"], o => o.Security.ClientAuthorityFile = _models["ca.pem"], isOpen: false,
            authority.ServerCertificate(_models), scheme: "https");
        var address = new UriBuilder(server.AddressOf(transport)) { Host = "localhost" }.Uri;

        MaaSClient Client(bool showsCertificate, bool trusts)
        {
            var options = Servers.Options(transport, address);
            options.ServerAuthorityFile = trusts ? _models["ca.pem"] : null;
            (options.ClientCertificateFile,
                options.ClientKeyFile) = showsCertificate
                    ? (_models["client.pem"], _models["client.key"]) : (null, null);
            options.MaxRetries = 0;
            return new MaaSClient(options);
        }

        await using var right = Client(showsCertificate: true, trusts: true);
        await using var silent = Client(showsCertificate: false, trusts: true);
        await using var mistrustful = Client(showsCertificate: true, trusts: false);

        Assert.That((await right.InferAsync(Request))["y"].ToArray<float>(), Is.EqualTo(new[] { 1f }));
        Assert.That(
            (await Failure.OfAsync(() => silent.InferAsync(Request))).Kind,
            Is.EqualTo(ErrorKind.Unreachable).Or.EqualTo(ErrorKind.Disconnected));
        Assert.That(
            (await Failure.OfAsync(() => mistrustful.InferAsync(Request))).Kind, Is.EqualTo(ErrorKind.Unreachable));
    }
}
