using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Tests;

public sealed class ServingHostTests
{
    private ModelsFolder _models = null!;

    [SetUp]
    public void MakeFolder() => _models = new ModelsFolder().Add("linear", "same");

    [TearDown]
    public void RemoveFolder() => _models.Dispose();

    [TestCase(true)]
    [TestCase(false)]
    public async Task Post_BodyOverTheLimit_Is413(bool declaresLength)
    {
        await using var server = await TestServer.StartAsync(
            o => (o.ModelsPath, o.MaxRequestBytes) = (_models.Path, 1000));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/predict?model=linear", UriKind.Relative))
        {
            Content = new StringContent(new string(' ', 5000)),
        };
        request.Headers.TransferEncodingChunked = !declaresLength;

        using var response = await server.Client.SendAsync(request);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(await response.Content.ReadAsStringAsync(), Does.Contain("error"));
    }

    [Test]
    public async Task Post_LargeChunkedBody_IsReadWhole()
    {
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models["same.onnx"]);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/predict", UriKind.Relative))
        {
            Content = new StringContent($$"""{"instances": [[{{string.Join(',', Enumerable.Range(0, 100_000))}}]]}"""),
        };
        request.Headers.TransferEncodingChunked = true;

        using var response = await server.Client.SendAsync(request);

        Assert.That(await response.Content.ReadAsStringAsync(), Does.EndWith(",99998,99999]]}"));
    }

    [Test]
    public async Task Post_ManyClientsAtOnce_NeverMixesAnswers()
    {
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models["same.onnx"]);

        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
            Assert.That(
                await server.PostTextAsync("/v1/models/same:predict", $$"""{"instances": [[{{i}}, {{-i}}]]}"""),
                Is.EqualTo($$"""{"predictions":[[{{i}},{{-i}}]]}""")));
    }

    [Test]
    public async Task Post_ClientLeavesInTheMiddle_ServerGoesOn()
    {
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models["linear.onnx"]);
        using (var socket = new TcpClient())
        {
            await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
            await socket.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes(
                    "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"inst"));
        }

        await server.PostAsync("/predict", """{"instances": [[1,2,3,4]]}""");
    }

    [Test]
    public async Task Dispose_RequestUnderWay_IsAnswered()
    {
        var server = await TestServer.StartAsync(o => o.ModelsPath = _models["linear.onnx"]);
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        var stream = socket.GetStream();
        const string Body = """{"instances": [[1,2,3,4]]}""";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /predict HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: "
                + $"{Body.Length}\r\n\r\n"));
        using var reader = new StreamReader(stream);
        Assert.That(await reader.ReadLineAsync(), Is.EqualTo("HTTP/1.1 100 Continue"), "the server reads the body");
        Assert.That(await reader.ReadLineAsync(), Is.Empty);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Body[..5]));

        var stopping = server.DisposeAsync().AsTask();
        Assert.That(
            async () => await new TcpClient().ConnectAsync(IPAddress.Loopback, server.Address.Port),
            Throws.TypeOf<SocketException>().After(10_000, 20), "the server takes no one else");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Body[5..]));

        Assert.That(await reader.ReadLineAsync(), Is.EqualTo("HTTP/1.1 200 OK"));
        await stopping;
        Assert.That(
            async () => await new TcpClient().ConnectAsync(IPAddress.Loopback, server.Address.Port),
            Throws.TypeOf<SocketException>());
    }

    [Test]
    public async Task WaitForShutdown_TokenFires_StopsTheServer()
    {
        using var stop = new CancellationTokenSource();
        await using var host = await ServingHost.StartAsync(_models.Path);

        var waiting = host.WaitForShutdownAsync(stop.Token);
        Assert.That(waiting.IsCompleted, Is.False);
        await stop.CancelAsync();
        await waiting.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.That(
            async () => await new TcpClient().ConnectAsync(IPAddress.Loopback, host.Address.Port),
            Throws.TypeOf<SocketException>());
    }

    [Test]
    public async Task Start_PortTaken_Fails()
    {
        await using var first = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);

        Assert.That(() => ServingHost.StartAsync(_models.Path, first.Address.Port),
            Throws.InstanceOf<IOException>().With.Message.Contains($":{first.Address.Port}: expected a free port"));
    }

    [TestCase("administration port")]
    [TestCase("gRPC port")]
    public async Task Start_OtherPortTaken_SaysWhichItIs(string expected)
    {
        await using var first = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
        var taken = $"http://127.0.0.1:{first.Address.Port}";

        Assert.That(
            () => TestServer.StartAsync(o =>
            {
                o.ModelsPath = _models.Path;
                o.GrpcUrl = expected == "gRPC port" ? taken : null;
                o.Security.AdminUrl = expected == "gRPC port" ? null : taken;
            }),
            Throws.InstanceOf<IOException>().With.Message.StartsWith($"{expected} {taken}: expected a free port"));
    }

    [Test]
    public async Task Start_AdministrationOnTheMainPort_SaysThatTheyAreTheSame()
    {
        string address;
        await using (var free = await TestServer.StartAsync(o => o.ModelsPath = _models.Path))
        {
            address = $"http://127.0.0.1:{free.Address.Port}";
        }

        Assert.That(
            () =>
                TestServer.StartAsync(o => (o.ModelsPath, o.Security.AdminUrl) = (_models.Path, address), url: address),
            Throws.InstanceOf<IOException>()
                .With.Message.StartsWith(
                    $"administration port {address}: expected another port than that of {address}"));
    }

    [Test]
    public async Task Client_HangsUpInItsRequest_IsNoError()
    {
        using var log = new LogLines();
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path, builder: b =>
        {
            b.Logging.AddProvider(log);
            b.Logging.SetMinimumLevel(LogLevel.Debug);
        });
        for (var i = 0; i < 10; i++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, server.Address.Port);
            await client.GetStream().WriteAsync(
                "POST /v2/models/linear/infer HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n{"u8.ToArray());
            client.LingerState = new LingerOption(enable: i % 2 == 0, seconds: 0);
        }

        Assert.That(
            () => log.All.Count(
                l => l.Level == LogLevel.Debug && l.Text.StartsWith("The client of", StringComparison.Ordinal)),
            Is.EqualTo(10).After(10_000, 20));
        Assert.That(
            log.All.Where(l => l.Level > LogLevel.Debug && l.Text.Contains("/infer", StringComparison.Ordinal)),
            Is.Empty);
    }
}
