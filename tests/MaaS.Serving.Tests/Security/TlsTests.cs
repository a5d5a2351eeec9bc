using System.Net;

namespace MaaS.Serving.Tests.Security;

public sealed class TlsTests
{
    private readonly ModelsFolder _models = new ModelsFolder().Add("same");
    private readonly TestAuthority _authority = new();

    [OneTimeTearDown]
    public void Remove()
    {
        _models.Dispose();
        _authority.Dispose();
    }

    [Test]
    public async Task Client_OverTls_SpeaksHttp2AndGrpcOnTheSamePort()
    {
        await using var server = await TestServer.StartAsync(
            o => o.ModelsPath = _models["same.onnx"], url: "https://127.0.0.1:0",
            builder: _authority.ServerCertificate(_models));
        using var client = _authority.Connect(server.Address, certificate: null);
        client.DefaultRequestVersion = HttpVersion.Version20;
        client.DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact;

        Assert.That((await client.PredictAsync()).Text, Is.EqualTo("""{"predictions":[[1,2]]}"""));
        using var call = new ByteArrayContent([0, 0, 0, 0, 0]); // An empty message.
        call.Headers.ContentType = new("application/grpc");
        using var answer = await client.PostAsync(
            new Uri("/inference.GRPCInferenceService/ServerLive", UriKind.Relative), call);
        Assert.That(
            await answer.Content.ReadAsByteArrayAsync(), Is.EqualTo(new byte[] { 0, 0, 0, 0, 2, 8, 1 }), "live: true");
        Assert.That(answer.TrailingHeaders.GetValues("grpc-status"), Is.EqualTo(new[] { "0" }));

        using var plain = new HttpClient { BaseAddress = new UriBuilder(server.Address) { Scheme = "http" }.Uri };
        Assert.That(
            async () => await plain.PredictAsync(), Throws.InstanceOf<HttpRequestException>(),
            "nothing is said in clear text");
    }
}
