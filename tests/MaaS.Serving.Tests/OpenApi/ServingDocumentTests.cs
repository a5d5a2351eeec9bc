using System.Text.Json;

namespace MaaS.Serving.Tests.OpenApi;

public sealed class ServingDocumentTests : ServerFixture
{
    private static readonly string[] Methods = ["get", "post", "put", "delete"];

    private JsonElement _document;

    [OneTimeSetUp]
    public async Task ReadDocument() => _document = await Server.GetAsync("/openapi/v1.json");

    [Test]
    public void Document_Protocols_AreDescribed()
    {
        var paths = _document.GetProperty("paths").EnumerateObject().Select(p => p.Name).ToArray();

        Assert.That(_document.GetProperty("openapi").GetString(), Does.StartWith("3.1"));
        Assert.That(paths, Is.SupersetOf(new[]
        {
            "/v2", "/v2/health/live", "/v2/models/{name}/infer", "/v2/models/{name}/versions/{version}/stats",
            "/v2/repository/index",
            "/v1/models/{name}:predict", "/v1/models/{name}/labels/{label}:classify", "/predictions/{name}/{version}",
            "/models/{name}/{version}/set-default",
            "/predict", "/healthz",
        }));
    }

    [Test]
    public void Document_EveryOperation_HasIdParametersSchemasAndExamples()
    {
        HashSet<string> ids = [];
        foreach (var (path, method, operation) in Operations())
        {
            var where = $"{method} {path}";
            Assert.That(ids.Add(operation.GetProperty("operationId").GetString()!), where);
            Assert.That(operation.GetProperty("summary").GetString(), Is.Not.Empty, where);
            var declared = operation.TryGetProperty("parameters", out var parameters)
                ? parameters.EnumerateArray().Where(p => p.GetProperty("in").GetString() == "path")
                    .Select(p => p.GetProperty("name").GetString()!).ToArray() : [];
            var inPath = path.Split('{').Skip(1).Select(p => p[..p.IndexOf('}', StringComparison.Ordinal)]);
            Assert.That(declared, Is.EquivalentTo(inPath), where);

            var responses = operation.GetProperty("responses");
            Assert.That(responses.TryGetProperty("200", out _), where);
            foreach (var response in responses.EnumerateObject().Where(r => r.Name != "200"))
            {
                var error = response.Value.GetProperty("content").GetProperty("application/json").GetProperty("schema")
                    .GetProperty("properties");
                Assert.That(error.TryGetProperty("error", out _) || error.TryGetProperty("message", out _), where);
            }

            foreach (var content in Contents(operation))
            {
                Assert.That(content.TryGetProperty("schema", out _) && content.TryGetProperty("example", out _), where);
            }
        }

        Assert.That(ids, Has.Count.GreaterThan(40));
    }

    [Test]
    public async Task Document_ExamplesWithoutModel_AreWhatTheServerSays()
    {
        foreach (var (path, method, operation) in Operations()
            .Where(o => o.Method == "get" && !o.Path.Contains('{', StringComparison.Ordinal)))
        {
            var properties = operation.GetProperty("responses").GetProperty("200").GetProperty("content")
                .GetProperty("application/json").GetProperty("schema").GetProperty("properties");
            var answer = await Server.GetAsync(path);
            Assert.That(
                properties.EnumerateObject().Select(p => p.Name),
                Is.SupersetOf(answer.EnumerateObject().Select(p => p.Name)), $"{method} {path}");
        }
    }

    [Test]
    public void Document_OpenAndGuardedOperations_SaySo()
    {
        var paths = _document.GetProperty("paths");

        Assert.That(paths.GetProperty("/healthz").GetProperty("get").TryGetProperty("security", out _), Is.False);
        Assert.That(
            paths.GetProperty("/predict").GetProperty("post").GetProperty("security").GetArrayLength(), Is.EqualTo(2));
        Assert.That(
            _document.GetProperty("components").GetProperty("securitySchemes").EnumerateObject().Select(s => s.Name),
            Is.EquivalentTo(new[] { "apiKey", "bearer" }));
    }

    private IEnumerable<(string Path, string Method, JsonElement Operation)> Operations()
        => _document.GetProperty("paths").EnumerateObject()
            .SelectMany(
                p => p.Value.EnumerateObject().Where(o => Methods.Contains(o.Name))
                    .Select(o => (p.Name, o.Name, o.Value)));

    private static IEnumerable<JsonElement> Contents(JsonElement operation)
    {
        IEnumerable<JsonElement> holders = operation.GetProperty("responses").EnumerateObject().Select(r => r.Value);
        holders = operation.TryGetProperty("requestBody", out var body) ? holders.Append(body) : holders;
        return holders.Where(h => h.TryGetProperty("content", out _)).Select(h => h.GetProperty("content"))
            .Select(
                c =>
                    c.TryGetProperty("text/event-stream", out var events) ? events : c.GetProperty("application/json"));
    }
}
