using System.Net;
using System.Text.Json;
using MaaS.Core.Registry;
using MaaS.Serving.Security;

namespace MaaS.Serving.Tests.Page;

public sealed class OverviewTests
{
    private ModelsFolder _models = null!;

    [SetUp]
    public async Task MakeFolder()
    {
        _models = new ModelsFolder().Add("linear");
        var registry = new ModelRegistry(_models.Path);
        for (var version = 1; version <= 3; version++)
        {
            await ScaleModels.RegisterAsync(registry, "m", version);
        }

        await registry.SetLabelAsync("m", "stable", 1);
    }

    [TearDown]
    public void RemoveFolder() => _models.Dispose();

    [Test]
    public async Task Get_Split_ShowsTheShareOfEachVersion()
    {
        await using var server = await TestServer.StartAsync(o =>
        {
            (o.ModelsPath, o.Defaults.Versions) = (_models.Path, "all");
            o.Models["m"] = new ModelOptions
            {
                Route = new TrafficRoute { Split = new Dictionary<string, double> { ["stable"] = 3, ["2"] = 1 } },
            };
        });

        var m = Model(await server.GetAsync("/page/overview"), "m");

        Assert.That(
            m.GetProperty("versions").EnumerateArray().Select(v => v.GetProperty("share").GetDouble()),
            Is.EqualTo(new[] { 0.75, 0.25, 0 }));
        Assert.That(m.GetProperty("versions")[0].GetProperty("labels")[0].GetString(), Is.EqualTo("stable"));
        Assert.That(
            Model(await server.GetAsync("/page/overview"), "linear").GetProperty("versions")[0].GetProperty("share")
                .GetDouble(), Is.EqualTo(1));
    }

    [Test]
    public async Task Get_AfterRequests_HasTheirStepOnce()
    {
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
        for (var i = 0; i < 20; i++)
        {
            await server.PostAsync("/v1/models/linear:predict", """{"instances": [[1, 2, 3, 4]]}""");
        }

        await server.PostAsync("/v1/models/linear:predict", """{"instances": [[1]]}""", HttpStatusCode.BadRequest);
        var steps = new List<JsonElement>();
        Assert.That(RequestsAsync, Is.GreaterThanOrEqualTo(21).After(20_000, 100));

        Assert.That(steps.Select(s => s.GetProperty("time").GetInt64()), Is.Unique);
        var figures = Figures(steps).ToList();
        Assert.That(figures.Sum(f => f.GetProperty("requests").GetInt64()), Is.EqualTo(21));
        Assert.That(figures.Sum(f => f.GetProperty("errors").GetInt64()), Is.EqualTo(1));
        Assert.That(figures[0].GetProperty("name").GetString(), Is.EqualTo("linear"));
        Assert.That(
            figures[0].GetProperty("p50_ms").GetDouble(),
            Is.GreaterThan(0).And.LessThanOrEqualTo(figures[0].GetProperty("p99_ms").GetDouble()));

        async Task<long> RequestsAsync()
        {
            var last = steps.Count > 0 ? steps[^1].GetProperty("time").GetInt64() : 0;
            steps.AddRange(
                (await server.GetAsync($"/page/overview?since={last}")).GetProperty("traffic").EnumerateArray());
            return Figures(steps).Sum(f => f.GetProperty("requests").GetInt64());
        }
    }

    [Test]
    public async Task Get_AfterFailures_CountsThemByKindAndKeepsNothingOfTheRequests()
    {
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
        for (var i = 0; i < 3; i++)
        {
            await server.PostAsync(
                "/v1/models/linear:predict", """{"instances": [[4711]]}""", HttpStatusCode.BadRequest);
        }

        await server.PostAsync("/predict?model=linear", """{"instances": "secret" """, HttpStatusCode.BadRequest);
        await server.PostAsync("/v1/models/secret:predict", """{"instances": [[1]]}""", HttpStatusCode.NotFound);

        var overview = await server.GetAsync("/page/overview");

        Assert.That(
            overview.GetProperty("errors").EnumerateArray()
                .Select(
                    e => $"{e.GetProperty("model")} {e.GetProperty("version")} {e.GetProperty("kind")} "
                        + $"{e.GetProperty("count")}"),
            Is.EqualTo(new[] { "  404 1", "linear  400 1", "linear 1 input 3" }));
        Assert.That(overview.GetRawText(), Does.Not.Contain("secret").And.Not.Contain("4711"));
    }

    [Test]
    public async Task Get_CallerOfOneModel_SeesThatAlone()
    {
        var (key, stored) = ApiKey.Create("team", ["read"], ["linear"]);
        await using var server = await TestServer.StartAsync(
            o =>
            {
                o.ModelsPath = _models.Path;
                o.Security.ApiKeys.Add(stored);
            },
            isOpen: false);
        server.Client.DefaultRequestHeaders.Add("X-Api-Key", key);

        var overview = await server.GetAsync("/page/overview");

        Assert.That(
            overview.GetProperty("models").EnumerateArray().Select(m => m.GetProperty("name").GetString()),
            Is.EqualTo(new[] { "linear" }));
        await server.GetAsync("/page/models/m", HttpStatusCode.Forbidden);
    }

    [TestCase("x")]
    [TestCase("-1")]
    [TestCase("99999999999999999999")]
    public async Task Get_SinceNoTime_Is400(string since)
    {
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);

        Assert.That(
            (await server.GetAsync($"/page/overview?since={since}", HttpStatusCode.BadRequest)).GetProperty("error")
                .GetString(), Does.Contain($"got '{since}'"));
    }

    private static JsonElement Model(JsonElement overview, string name)
        => overview.GetProperty("models").EnumerateArray().Single(m => m.GetProperty("name").GetString() == name);

    private static IEnumerable<JsonElement> Figures(List<JsonElement> steps)
        => steps.SelectMany(s => s.GetProperty("models").EnumerateArray());
}
