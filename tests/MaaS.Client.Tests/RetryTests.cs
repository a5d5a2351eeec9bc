using System.Net;
using System.Net.Http.Headers;

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
            Throws.TypeOf<MaaSClientException>().With.Property("Status").EqualTo(status).And.Message.Contains("because"));
        Assert.That(server.Bodies, Has.Count.EqualTo(1));
    }

    [Test]
    public void Infer_AlwaysBusy_EndsAfterTheLastTry()
    {
        using var server = new Script([Says(HttpStatusCode.TooManyRequests)]);

        Assert.That(() => Client(server).InferAsync(new InferRequest("m")), Throws.TypeOf<MaaSClientException>().With.Property("Status").EqualTo(HttpStatusCode.TooManyRequests));
        Assert.That(server.Bodies, Has.Count.EqualTo(4));
    }

    [TestCase(0.3, 2)]
    [TestCase(60, 1)]
    public async Task Infer_RetryAfter_IsWaitedForUnlessTooLong(double seconds, int tries)
    {
        using var server = new Script([Says(HttpStatusCode.TooManyRequests, retryAfter: TimeSpan.FromSeconds(Math.Ceiling(seconds))), Says(HttpStatusCode.OK, Answer)]);
        var start = DateTime.UtcNow;

        try
        {
            await Client(server).InferAsync(new InferRequest("m"));
        }
        catch (MaaSClientException) when (tries == 1)
        {
        }

        Assert.That(server.Bodies, Has.Count.EqualTo(tries));
        Assert.That(DateTime.UtcNow - start, tries == 1 ? Is.LessThan(TimeSpan.FromSeconds(10)) : Is.GreaterThan(TimeSpan.FromSeconds(0.9)));
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
        using var server = new Script([(_, _) => throw new HttpRequestException("broken"), Says(HttpStatusCode.OK, Answer)]);

        await Client(server).InferAsync(new InferRequest("m"));

        Assert.That(server.Bodies, Has.Count.EqualTo(2));
    }

    [Test]
    public void Infer_NoAnswerInTime_IsATimeout()
    {
        using var server = new Script([Hangs]);

        Assert.That(
            () => Client(server, o => (o.Timeout, o.MaxRetries) = (TimeSpan.FromMilliseconds(50), 1)).InferAsync(new InferRequest("m")),
            Throws.TypeOf<TimeoutException>().With.Message.Contains("00:00:00.05"));
        Assert.That(server.Bodies, Has.Count.EqualTo(2));
    }

    [Test]
    public void Infer_CallerLeaves_IsCancelledAtOnce()
    {
        using var server = new Script([Hangs]);
        using var leave = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));

        Assert.That(() => Client(server).InferAsync(new InferRequest("m"), leave.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(server.Bodies, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Requests_WithCredentials_CarryThem()
    {
        using var server = new Script([Says(HttpStatusCode.OK, Answer)]);

        await Client(server, o => (o.ApiKey, o.BearerToken) = ("key", "token")).InferAsync(new InferRequest("m"));

        Assert.That(server.Last!.Headers.GetValues("X-Api-Key"), Is.EqualTo(new[] { "key" }));
        Assert.That(server.Last.Headers.Authorization?.ToString(), Is.EqualTo("Bearer token"));
        Assert.That(server.Last.RequestUri?.AbsoluteUri, Is.EqualTo("http://server/prefix/v2/models/m/infer"));
    }

    [TestCase("[]")]
    [TestCase("""{"outputs":[{"name":"y","datatype":"FP32","shape":[1],"data":["a"]}]}""")]
    [TestCase("""{"outputs":[{"name":"y","datatype":"FP32","shape":[1],"parameters":{"binary_data_size":400}}]}""")]
    [TestCase("""{"outputs":[{"name":"y","datatype":"FP32","shape":[2],"data":[1]}]}""")]
    [TestCase("<html>")]
    public void Infer_OtherAnswer_SaysSo(string answer)
    {
        using var server = new Script([Says(HttpStatusCode.OK, answer)]);

        Assert.That(() => Client(server).InferAsync(new InferRequest("m")), Throws.TypeOf<MaaSClientException>().With.Message.Contains("another answer"));
    }

    [Test]
    public void Construct_FaultyOptions_Throws()
    {
        using var http = new HttpClient();
        Assert.That(() => new MaaSClient(http), Throws.ArgumentException.With.Message.Contains("base address"));
        Assert.That(() => new MaaSClient(http, new MaaSClientOptions { BaseAddress = new Uri("http://a"), MaxRetries = -1 }), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(() => Tensor.Of("x", new float[3], 2, 2), Throws.ArgumentException.With.Message.Contains("expected 4 elements"));
        Assert.That(() => Tensor.Of("x", new char[1], 1), Throws.TypeOf<NotSupportedException>());
    }

    private static MaaSClient Client(Script server, Action<MaaSClientOptions>? configure = null)
    {
        var options = new MaaSClientOptions { BaseAddress = new Uri("http://server/prefix"), RetryDelay = TimeSpan.FromMilliseconds(1) };
        configure?.Invoke(options);
        return new MaaSClient(new HttpClient(server, disposeHandler: false), options);
    }

    private static Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> Says(HttpStatusCode status, string body = "{}", TimeSpan? retryAfter = null)
        => (_, _) =>
        {
            var response = new HttpResponseMessage(status) { Content = new StringContent(body) };
            response.Headers.RetryAfter = retryAfter is { } wait ? new RetryConditionHeaderValue(wait) : null;
            return Task.FromResult(response);
        };

    private static Task<HttpResponseMessage> Hangs(HttpRequestMessage request, CancellationToken cancellationToken)
        => new TaskCompletionSource<HttpResponseMessage>().Task.WaitAsync(cancellationToken);

    /// <summary>Answers one line after the other; the last one for ever.</summary>
    private sealed class Script(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>>[] lines) : HttpMessageHandler
    {
        public List<string> Bodies { get; } = [];

        public HttpRequestMessage? Last { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var line = lines[Math.Min(Bodies.Count, lines.Length - 1)];
            Last = request;
            Bodies.Add(await request.Content!.ReadAsStringAsync(cancellationToken));
            return await line(request, cancellationToken);
        }
    }
}
