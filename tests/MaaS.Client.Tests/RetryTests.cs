using System.Net;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using static MaaS.Client.Tests.Script;

namespace MaaS.Client.Tests;

/// <summary>Which failures are tried again, against a server that says what it is told to.</summary>
public sealed class RetryTests
{
    private const string Answer = """{"model_name":"m","outputs":[]}""";

    [TestCase(HttpStatusCode.TooManyRequests)]
    [TestCase(HttpStatusCode.ServiceUnavailable)]
    [TestCase(HttpStatusCode.BadGateway)]
    [TestCase(HttpStatusCode.GatewayTimeout)]
    public async Task Infer_FailureThatPasses_IsTriedAgain(HttpStatusCode status)
    {
        using var server = new Script([Says(status), Says(status), Says(HttpStatusCode.OK, Answer)]);

        await Client(server).InferAsync(new InferRequest("m"));

        Assert.That(server.Bodies, Has.Count.EqualTo(3));
        Assert.That(server.Bodies.Distinct().Count(), Is.EqualTo(1), "every try sends the same");
    }

    [TestCase(HttpStatusCode.BadRequest)]
    [TestCase(HttpStatusCode.NotFound)]
    [TestCase(HttpStatusCode.InternalServerError)]
    public void Infer_FailureThatStays_IsReportedAtOnce(HttpStatusCode status)
    {
        using var server = new Script([Says(status, """{"error":"because"}""")]);

        Assert.That(() => Client(server).InferAsync(new InferRequest("m")),
            Throws.TypeOf<MaaSClientException>().With.Property("Status").EqualTo(status)
                .And.Message.Contains("because"));
        Assert.That(server.Bodies, Has.Count.EqualTo(1));
    }

    [Test]
    public void Infer_AlwaysBusy_EndsAfterTheLastTry()
    {
        using var server = new Script([Says(HttpStatusCode.TooManyRequests)]);

        Assert.That(
            () => Client(server).InferAsync(new InferRequest("m")),
            Throws.TypeOf<MaaSClientException>().With.Property("Status").EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(server.Bodies, Has.Count.EqualTo(4));
    }

    [Test]
    public async Task Infer_RetryAfter_IsWaitedFor()
    {
        using var server = new Script(
            [Says(HttpStatusCode.TooManyRequests, retryAfter: TimeSpan.FromSeconds(3)),
             Says(HttpStatusCode.OK, Answer)]);
        var time = new FakeTimeProvider();
        var inference = Client(server, time: time).InferAsync(new InferRequest("m"));
        Assert.That(() => server.Bodies.Count, Is.EqualTo(1).After(5000, 5));

        time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.That(inference.IsCompleted, Is.False);
        Assert.That(() => AdvanceUntil(time, inference), Is.True.After(5000, 5));

        await inference;
        Assert.That(server.Bodies, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Infer_RetryAfterTooLong_IsReportedAtOnce()
    {
        using var server = new Script(
            [Says(HttpStatusCode.TooManyRequests, retryAfter: TimeSpan.FromSeconds(60)),
             Says(HttpStatusCode.OK, Answer)]);

        var error = await Failure.OfAsync(() => Client(server).InferAsync(new InferRequest("m")));

        Assert.That((error.Kind, error.RetryAfter), Is.EqualTo((ErrorKind.Busy, (TimeSpan?)TimeSpan.FromSeconds(60))));
        Assert.That(server.Bodies, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Infer_RetryAfterTooLong_GoesToAnotherServerAtOnce()
    {
        using var servers = new Script(
            Says(HttpStatusCode.TooManyRequests, retryAfter: TimeSpan.FromSeconds(60)),
            Says(HttpStatusCode.OK, Answer));
        await using var client = servers.Client(Transport.Rest, "ab");

        await client.InferAsync(new InferRequest("m"));

        Assert.That(servers.Hosts, Is.EquivalentTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task Infer_RetryAfterTooLongEverywhere_IsReportedAfterEachWasAsked()
    {
        using var servers = new Script(Says(HttpStatusCode.TooManyRequests, retryAfter: TimeSpan.FromSeconds(60)));
        await using var client = servers.Client(Transport.Rest, "ab");

        await Failure.OfAsync(() => client.InferAsync(new InferRequest("m")));

        Assert.That(servers.Hosts, Is.EquivalentTo(new[] { "a", "b" }));
    }

    [Test]
    public async Task Infer_CircuitOpens_FailsWithoutAskingUntilTheBreakIsOver()
    {
        using var server = new Script([Says(HttpStatusCode.ServiceUnavailable)]);
        var time = new FakeTimeProvider();
        var client = Client(server, o => (o.MaxRetries, o.CircuitMinimumRequests) = (0, 3), time);
        for (var i = 0; i < 3; i++)
        {
            await Failure.OfAsync(() => client.InferAsync(new InferRequest("m")));
        }

        var error = await Failure.OfAsync(() => client.InferAsync(new InferRequest("m")));
        Assert.That(error.Message, Does.Contain("circuit"));
        Assert.That(server.Bodies, Has.Count.EqualTo(3));
        Assert.That(client.Servers.Single().IsAvailable, Is.False);

        time.Advance(TimeSpan.FromSeconds(5));
        await Failure.OfAsync(() => client.InferAsync(new InferRequest("m")));
        Assert.That(server.Bodies, Has.Count.EqualTo(4));
    }

    [Test]
    public void Load_ServerFails_IsNotTriedAgain()
    {
        using var server = new Script([Says(HttpStatusCode.GatewayTimeout)]);

        Assert.That(() => Client(server).LoadModelAsync("m"), Throws.TypeOf<MaaSClientException>());
        Assert.That(server.Bodies, Has.Count.EqualTo(1), "the load may be under way");
    }

    [Test]
    public async Task Load_ServerBusy_IsTriedAgain()
    {
        using var server = new Script([Says(HttpStatusCode.ServiceUnavailable), Says(HttpStatusCode.OK)]);

        await Client(server).LoadModelAsync("m");

        Assert.That(server.Bodies, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Infer_ConnectionBreaks_IsTriedAgain()
    {
        using var server = new Script(
            [(_, _) => throw new HttpRequestException("broken"), Says(HttpStatusCode.OK, Answer)]);

        await Client(server).InferAsync(new InferRequest("m"));

        Assert.That(server.Bodies, Has.Count.EqualTo(2));
    }

    [Test]
    public void Infer_NoAnswerInTime_IsATimeout()
    {
        using var server = new Script([Hangs]);

        Assert.That(
            () => Client(server, o => (o.Timeout, o.MaxRetries) = (TimeSpan.FromMilliseconds(50), 1))
                .InferAsync(new InferRequest("m")),
            Throws.TypeOf<MaaSClientException>().With.Property("Kind").EqualTo(ErrorKind.Timeout)
                .And.Message.Contains("00:00:00.05"));
        Assert.That(server.Bodies, Has.Count.EqualTo(2));
    }

    [Test]
    public void Infer_OwnOrTotalTime_EndsTries()
    {
        using var server = new Script([Hangs]);

        Assert.That(
            () => Client(server, o => o.MaxRetries = 0)
                .InferAsync(new InferRequest("m") { Timeout = TimeSpan.FromMilliseconds(40) }),
            Throws.TypeOf<MaaSClientException>().With.Message.Contains("00:00:00.04"));
        Assert.That(
            () => Client(server, o => o.TotalTimeout = TimeSpan.FromMilliseconds(30)).InferAsync(new InferRequest("m")),
            Throws.TypeOf<MaaSClientException>().With.Property("Kind").EqualTo(ErrorKind.Timeout)
                .And.Message.Contains("all tries"));
    }

    [TestCase(Transport.Rest)]
    [TestCase(Transport.Grpc)]
    public void Infer_CallerLeaves_IsCancelledAtOnce(Transport transport)
    {
        using var server = new Script([Hangs]);
        using var leave = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        Assert.That(
            () => server.Client(transport, "a").InferAsync(new InferRequest("m"), leave.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(server.Bodies, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Requests_WithCredentials_CarryThem()
    {
        using var server = new Script([Says(HttpStatusCode.OK, Answer)]);

        await Client(server, o => (o.ApiKey, o.BearerTokenProvider) = ("key", _ => ValueTask.FromResult("token")))
            .InferAsync(new InferRequest("m") { Headers = new Dictionary<string, string> { ["X-Tenant"] = "a" } });

        Assert.That(server.Last!.Headers.GetValues("X-Api-Key"), Is.EqualTo(new[] { "key" }));
        Assert.That(server.Last.Headers.GetValues("X-Tenant"), Is.EqualTo(new[] { "a" }));
        Assert.That(server.Last.Headers.Authorization?.ToString(), Is.EqualTo("Bearer token"));
        Assert.That(server.Last.RequestUri?.AbsoluteUri, Is.EqualTo("http://server/prefix/v2/models/m/infer"));
    }

    [TestCase("[]")]
    [TestCase("""{"outputs":[{"name":"y","datatype":"FP32","shape":[1],"data":["a"]}]}""")]
    [TestCase("""{"outputs":[{"name":"y","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":400}}]}""")]
    [TestCase("""{"outputs":[{"name":"y","datatype":"FP32","shape":[2],"data":[1]}]}""")]
    [TestCase("""{"outputs":[{"name":"y","datatype":"BYTES","shape":[1],"data":[{"b65":"/wA="}]}]}""")]
    [TestCase("""{"outputs":[{"name":"y","datatype":"BYTES","shape":[1],"data":[{"b64":"?"}]}]}""")]
    [TestCase("<html>")]
    public void Infer_OtherAnswer_SaysSo(string answer)
    {
        using var server = new Script([Says(HttpStatusCode.OK, answer)]);

        Assert.That(
            () => Client(server).InferAsync(new InferRequest("m")),
            Throws.TypeOf<MaaSClientException>().With.Message.Contains("another answer"));
    }

    [Test]
    public void Construct_FaultyOptions_NamesThemAll()
    {
        using var http = new HttpClient();
        var faulty = new MaaSClientOptions
        {
            Addresses = { new Uri("ftp://a") },
            MaxRetries = -1,
            ProbeInterval = TimeSpan.Zero,
            CircuitFailureRatio = double.NaN,
            ClientKeyFile = "none.key",
        };

        Assert.That(
            () => new MaaSClient(http),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains("base address"));
        Assert.That(
            () => new MaaSClient(http, faulty),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains("ftp://a")
                .And.Message.Contains("MaxRetries").And.Message.Contains("ProbeInterval")
                .And.Message.Contains("CircuitFailureRatio").And.Message.Contains("none.key")
                .And.Message.Contains("ClientCertificateFile"));
    }

    [Test]
    public async Task Infer_BytesInBase64_AreRead()
    {
        const string Bytes =
            """{"outputs":[{"name":"y","datatype":"BYTES","shape":[2,1],"data":[["a"],[{"b64":"/wA="}]]}]}""";
        using var server = new Script(Says(HttpStatusCode.OK, Bytes));

        var answer = await Client(server).InferAsync(new InferRequest("m"));

        Assert.That(answer["y"].ToByteArrays(), Is.EqualTo(new byte[][] { [(byte)'a'], [0xff, 0] }));
    }

    private static MaaSClient Client(
        Script server, Action<MaaSClientOptions>? configure = null, TimeProvider? time = null)
    {
        var options = new MaaSClientOptions
        {
            Addresses = { new Uri("http://server/prefix") },
            RetryDelay = TimeSpan.FromMilliseconds(1),
        };
        configure?.Invoke(options);
        return new MaaSClient(new HttpClient(server, disposeHandler: false), options, time);
    }

    private static bool AdvanceUntil(FakeTimeProvider time, Task task)
    {
        time.Advance(TimeSpan.FromMilliseconds(100));
        return task.IsCompleted;
    }
}
