using System.Net;
using System.Text;
using System.Text.Json;
using MaaS.Core.Registry;

namespace MaaS.Serving.Tests.Routing;

public sealed class RouteEndpointsTests
{
    private const string Route =
        "/v2/repository/models/m/route", Predict = "/v1/models/m:predict", Ones = """{"instances": [[1, 1]]}""";

    private ModelsFolder _models = null!;
    private TestServer _server = null!;

    [SetUp]
    public async Task StartServer()
    {
        _models = new ModelsFolder();
        var registry = new ModelRegistry(_models.Path);
        for (var version = 1; version <= 3; version++)
        {
            await ScaleModels.RegisterAsync(registry, "m", version);
        }

        await registry.SetLabelAsync("m", "stable", 1);
        _server = await TestServer.StartAsync(o => (o.ModelsPath, o.Defaults.Versions) = (_models.Path, "all"));
    }

    [TearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [Test]
    public async Task Put_Split_DecidesWhoAnswersUntilItIsDeleted()
    {
        Assert.That(await AnswerAsync(), Is.EqualTo(3));
        await PutAsync("""{"split": {"stable": 1}}""");
        Assert.That(await AnswerAsync(), Is.EqualTo(1));
        Assert.That(
            (await _server.GetAsync(Route)).GetProperty("route").GetProperty("split").GetRawText(),
            Is.EqualTo("""{"stable":1}"""));

        using var deleted = await _server.Client.DeleteAsync(new Uri(Route, UriKind.Relative));
        Assert.That(await AnswerAsync(), Is.EqualTo(3));
    }

    [Test]
    public async Task Predict_VersionInTheQuery_IsAskedWhateverTheRoute()
    {
        await PutAsync("""{"split": {"stable": 1}}""");

        Assert.That(
            (await _server.PostAsync("/predict?model=m&version=2", Ones)).GetProperty("predictions")[0][0].GetDouble(),
            Is.EqualTo(2));
        Assert.That(
            await _server.ErrorAsync("/predict?model=m&version=9", Ones, HttpStatusCode.NotFound), Does.Contain("9"));
    }

    [Test]
    public async Task Put_StickyByHeader_KeepsEachUserOnOneSide()
    {
        await PutAsync("""{"split": {"1": 50, "2": 50}, "stickyBy": "header:X-User"}""");
        var sides = new Dictionary<string, HashSet<double>>();
        for (var i = 0; i < 60; i++)
        {
            var user = $"user-{i % 20}";
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Predict, UriKind.Relative))
            {
                Content = new StringContent(Ones),
            };
            request.Headers.Add("X-User", user);
            using var response = await _server.Client.SendAsync(request);
            var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
            (sides[user] = sides.GetValueOrDefault(user) ?? []).Add(
                answer.GetProperty("predictions")[0][0].GetDouble());
        }

        Assert.That(sides.Values, Is.All.Count.EqualTo(1), "each user sees one version");
        Assert.That(
            sides.Values.SelectMany(s => s).Distinct().Order(), Is.EqualTo(new[] { 1.0, 2.0 }),
            "and both versions are seen");
    }

    [Test]
    public async Task Put_Faulty_NamesEveryFault()
    {
        var error = await PutAsync("""{"split": {"9": 1, "beta": -1}}""", HttpStatusCode.BadRequest);
        Assert.That(error, Does.Contain("share of 0 or more, got -1"));
        Assert.That(await PutAsync("""{"splits": {}}""", HttpStatusCode.BadRequest), Does.Contain("splits"));
        Assert.That(
            await PutAsync("""{"split": {"9": 1, "beta": 1}}""", HttpStatusCode.BadRequest),
            Does.Contain("u00279").And.Contain("u0027beta"));
        Assert.That(await AnswerAsync(), Is.EqualTo(3));
    }

    [Test]
    public async Task Shadow_OtherVersion_IsComparedAndNeverReturned()
    {
        await PutAsync("""{"split": {"3": 1}, "shadow": {"target": "stable", "fraction": 1, "tolerance": 0.001}}""");
        for (var i = 0; i < 10; i++)
        {
            Assert.That(await AnswerAsync(), Is.EqualTo(3));
        }

        var shadow = default(JsonElement);
        Assert.That(
            async () =>
            {
                shadow = (await _server.GetAsync("/v2/repository/shadow")).GetProperty("shadow").EnumerateArray()
                    .FirstOrDefault();
                return shadow.ValueKind == JsonValueKind.Undefined ? 0 : shadow.GetProperty("different").GetInt64();
            },
            Is.EqualTo(10).After(10_000, 20));

        // |3 - 1| / (1 + 3): by hand.
        Assert.That(
            shadow.GetRawText(),
            Is.EqualTo(
                """{"model":"m","shadow":"m@stable","equal":0,"different":10,"failed":0,"dropped":0,"largestDifference":0.5}"""));
    }

    private async Task<double> AnswerAsync()
        => (await _server.PostAsync(Predict, Ones)).GetProperty("predictions")[0][0].GetDouble();

    private async Task<string> PutAsync(string json, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _server.Client.PutAsync(new Uri(Route, UriKind.Relative), content);
        var text = await response.Content.ReadAsStringAsync();
        Assert.That(response.StatusCode, Is.EqualTo(expected), text);
        return text;
    }
}
