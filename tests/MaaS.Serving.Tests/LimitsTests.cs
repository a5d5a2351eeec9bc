using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Configuration;

namespace MaaS.Serving.Tests;

/// <summary>What a server does when clients want too much: too many requests, too long runs, too large tensors, bodies
/// that never end.</summary>
public sealed class LimitsTests
{
    private ModelsFolder _models = null!;

    [SetUp]
    public void MakeFolder()
    {
        _models = new ModelsFolder().Add("same", "gather");
        File.WriteAllBytes(_models["slow.onnx"], SlowModel.Build().ToByteArray());
    }

    [TearDown]
    public void RemoveFolder() => _models.Dispose();

    private Task<TestServer> ServeAsync(
        Action<MaaSServingOptions>? configure = null, params (string Key, string Value)[] settings)
        => TestServer.StartAsync(
            o =>
            {
                o.ModelsPath = _models.Path;
                (o.Defaults.Concurrency, o.Defaults.MaxBatchSize, o.Defaults.QueueLimit) = (1, 1, 1);
                configure?.Invoke(o);
            },
            builder: b =>
                b.Configuration.AddInMemoryCollection(settings.ToDictionary(s => s.Key, s => (string?)s.Value)));

    [Test]
    public async Task Requests_BeyondTheQueue_Are429AndSayWhenToComeBack()
    {
        await using var server = await ServeAsync();
        var running = AskSlowAsync(server, 2_000_000_000, timeoutMs: 3000);
        Assert.That(
            async () => (await AskSlowAsync(server, 1, timeoutMs: 200)).Status,
            Is.EqualTo(HttpStatusCode.GatewayTimeout).After(2500, 10),
            "whoever comes next has to wait");

        // One runs, one may wait.
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => AskSlowAsync(server, 1, timeoutMs: 4000)));
        var refused = answers.Where(a => a.Status == HttpStatusCode.TooManyRequests).ToList();

        Assert.That(refused, Has.Count.EqualTo(4));
        Assert.That(refused.Select(a => a.RetryAfter), Is.All.GreaterThanOrEqualTo(TimeSpan.FromSeconds(1)));
        Assert.That((await running).Status, Is.EqualTo(HttpStatusCode.GatewayTimeout));
        Assert.That(
            answers.Except(refused).Single().Status, Is.EqualTo(HttpStatusCode.OK),
            "the one that waited is answered once the run was stopped");
    }

    [Test]
    public async Task Deadline_PassesInARun_Is504AndStopsTheRun()
    {
        await using var server = await ServeAsync();
        var clock = Stopwatch.StartNew();

        Assert.That(
            (await AskSlowAsync(server, 2_000_000_000, timeoutMs: 200)).Status,
            Is.EqualTo(HttpStatusCode.GatewayTimeout));
        Assert.That(
            (await AskSlowAsync(server, 1)).Status, Is.EqualTo(HttpStatusCode.OK),
            "the only place to run is free again");
        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)), "the run would have taken minutes");
    }

    [Test]
    public async Task Client_LeavesDuringARun_StopsTheRun()
    {
        await using var server = await ServeAsync();
        using var leave = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        Assert.That(
            async () => await AskSlowAsync(server, 2_000_000_000, cancellationToken: leave.Token),
            Throws.InstanceOf<OperationCanceledException>());

        Assert.That(
            (await AskSlowAsync(server, 1, timeoutMs: 20_000)).Status, Is.EqualTo(HttpStatusCode.OK),
            "the only place to run is free again");
    }

    [Test]
    public async Task Requests_ThatTheModelFailsOn_HarmNoNeighbour()
    {
        await using var server = await ServeAsync(o => (o.Defaults.MaxBatchSize, o.Defaults.QueueLimit) = (16, 1000));

        await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            var index = i % 8 == 0 ? 99 : i % 3;
            var text = await server.PostTextAsync(
                "/v1/models/gather:predict", $$"""{"instances": [{{index}}]}""",
                index == 99 ? HttpStatusCode.BadRequest : HttpStatusCode.OK);
            Assert.That(
                text,
                index == 99
                    ? Does.StartWith("""{"error":""")
                    : Is.EqualTo($$"""{"predictions":[[{{2 * index}},{{2 * index + 1}}]]}"""));
        });
    }

    [TestCase("""{"inputs":[{"name":"x","shape":[1000000000000,2],"datatype":"FP32","data":[1,2]}]}""", null)]
    [TestCase("""{"inputs":[{"name":"x","shape":[4611686018427387904,4],"datatype":"FP32","data":[]}]}""", null)]
    [TestCase(
        """{"inputs":[{"name":"x","shape":[1000000000,2],"datatype":"FP32","parameters":{"binary_data_size":8}}]}""",
        8)]
    [TestCase(
        """{"inputs":[{"name":"x","shape":[1,2],"datatype":"FP32","parameters":{"binary_data_size":9000000000000000}}]}""", 8)]
    public async Task Shape_ThatTheDataDoNotFill_Is400AndTakesNoMemory(string json, int? binaryBytes)
    {
        await using var server = await ServeAsync();
        using var content = new ByteArrayContent([.. Encoding.UTF8.GetBytes(json), .. new byte[binaryBytes ?? 0]]);
        if (binaryBytes is not null)
        {
            content.Headers.Add("Inference-Header-Content-Length", $"{json.Length}");
        }

        var before = GC.GetTotalAllocatedBytes();
        using var response = await server.Client.PostAsync(new Uri("/v2/models/same/infer", UriKind.Relative), content);

        Assert.That(
            response.StatusCode, Is.EqualTo(HttpStatusCode.BadRequest), await response.Content.ReadAsStringAsync());
        Assert.That(GC.GetTotalAllocatedBytes() - before, Is.LessThan(16 << 20));
    }

    [TestCase(
        "POST /v1/models/same:predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{",
        TestName = "Client_SendsHalfABody_Is408")]
    [TestCase("POST /v1/models/same:predict HTTP/1.1\r\nHost", TestName = "Client_SendsHalfItsHeaders_Is408")]
    public async Task Client_ThatStopsSending_Is408(string sent)
    {
        await using var server = await ServeAsync(null, ("Kestrel:Limits:RequestHeadersTimeout", "00:00:01"));
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port);
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(sent));

        using var reader = new StreamReader(socket.GetStream());
        Assert.That(await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)), Does.StartWith("HTTP/1.1 408"));
    }

    private static async Task<(HttpStatusCode Status, TimeSpan? RetryAfter)> AskSlowAsync(
        TestServer server, long size, int? timeoutMs = null, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri("/v1/models/slow:predict", UriKind.Relative))
        {
            Content = new StringContent($$"""{"instances": [{{size}}]}"""),
        };
        if (timeoutMs is { } timeout)
        {
            request.Headers.Add("X-Request-Timeout-Ms", $"{timeout}");
        }

        using var response = await server.Client.SendAsync(request, cancellationToken);
        return (response.StatusCode, response.Headers.RetryAfter?.Delta);
    }
}
