namespace MaaS.Client.Tests;

/// <summary>Connections that do not come about in time.</summary>
[TestFixture(Transport.Rest)]
[TestFixture(Transport.Grpc)]
public sealed class ConnectTests(Transport transport)
{
    private readonly MaaSClientOptions _options = Servers.Options(transport, new Uri("http://127.0.0.1:9"));

    [OneTimeSetUp]
    public void TryOnce() => _options.MaxRetries = 0;

    private static SocketsHttpHandler Handler(TimeSpan limit) => new()
    {
        ConnectTimeout = limit,
        ConnectCallback = static (_, token) => new(new TaskCompletionSource<Stream>().Task.WaitAsync(token)),
    };

    [Test]
    public async Task Infer_ConnectingTakesTooLong_IsUnreachable()
    {
        using var http = new HttpClient(Handler(TimeSpan.FromMilliseconds(50))) { Timeout = Timeout.InfiniteTimeSpan };
        await using var client = new MaaSClient(http, _options);

        var error = await Failure.OfAsync(() => client.InferAsync(new InferRequest("m")));

        Assert.That(error.Kind, Is.EqualTo(ErrorKind.Unreachable), error.Message);
        Assert.That(error.Message, Does.Not.Contain("-00:00").And.Contain("ConnectTimeout"));
    }

    [Test]
    public async Task Infer_HttpClientsOwnLimit_IsATimeout()
    {
        using var http = new HttpClient(Handler(Timeout.InfiniteTimeSpan)) { Timeout = TimeSpan.FromMilliseconds(50) };
        await using var client = new MaaSClient(http, _options);

        var error = await Failure.OfAsync(() => client.InferAsync(new InferRequest("m")));

        Assert.That(error.Kind, Is.EqualTo(ErrorKind.Timeout), error.Message);
        Assert.That(error.Message, Does.Contain("00:00:00.05").And.Contain("HTTP client's own limit"));
    }
}
