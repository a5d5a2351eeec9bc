using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;

namespace MaaS.Serving.Tests.Telemetry;

public sealed class RequestLogTests
{
    private readonly Lines _lines = new();
    private ModelsFolder _models = null!;

    [SetUp]
    public void MakeFolder() => _models = new ModelsFolder().Add("same");

    [TearDown]
    public void RemoveFolder() => _models.Dispose();

    [OneTimeTearDown]
    public void DisposeLines() => _lines.Dispose();

    [Test]
    public async Task LogRequests_On_WritesFieldsOfEachRequestAndNoPayload()
    {
        await using var server = await ServeAsync(logs: true);
        using var request = new HttpRequestMessage(
            HttpMethod.Post, new Uri("/v1/models/same:predict", UriKind.Relative))
        {
            Content = new StringContent("""{"instances": [[12345, 2]]}"""),
        };
        request.Headers.Add("X-Request-Id", "request-seven");
        (await server.Client.SendAsync(request)).Dispose();
        await server.PostAsync("/v1/models/none:predict", "{}", HttpStatusCode.NotFound);

        Assert.That(() => _lines.Requests, Has.Length.EqualTo(2).After(5000, 20));
        var first = _lines.Requests[0];
        Assert.That(first, Is.SupersetOf(new Dictionary<string, object?>
        {
            ["Method"] = "POST",
            ["Path"] = "/v1/models/same:predict",
            ["Status"] = 200,
            ["RequestId"] = "request-seven",
        }));
        Assert.That((double)first["Milliseconds"]!, Is.InRange(0, 60_000));
        Assert.That(_lines.Requests[1]["Status"], Is.EqualTo(404));
        Assert.That(_lines.All, Has.None.Contains("12345"));
    }

    [Test]
    public async Task LogRequests_Off_WritesNone()
    {
        await using var server = await ServeAsync(logs: false);
        await server.PostAsync("/v1/models/same:predict", """{"instances": [[1, 2]]}""");

        Assert.That(_lines.Requests, Is.Empty);
    }

    private Task<TestServer> ServeAsync(bool logs)
    {
        _lines.Clear();
        return TestServer.StartAsync(
            o => (o.ModelsPath, o.Telemetry.LogRequests) = (_models.Path, logs),
            builder: b => b.Logging.AddProvider(_lines));
    }

    /// <summary>Keeps what is logged, as its fields.</summary>
    private sealed class Lines : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<(Dictionary<string, object?> Fields, string Text)> _all = new();

        public string[] All => [.. _all.Select(l => l.Text)];

        public Dictionary<string, object?>[] Requests
            => [.. _all.Select(l => l.Fields).Where(f => f.ContainsKey("RequestId"))];

        public void Clear() => _all.Clear();

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
            => _all.Enqueue((
                (state as IEnumerable<KeyValuePair<string, object?>> ?? []).DistinctBy(f => f.Key).ToDictionary(),
                formatter(state, exception)));

        public void Dispose() => Clear();
    }
}
