using System.Net;
using System.Text.Json;

namespace MaaS.Serving.Tests.Catalogue;

public sealed class CatalogueApiTests
{
    private CatalogueServer _catalogue = null!;

    [OneTimeSetUp]
    public async Task StartServer() => _catalogue = await CatalogueServer.StartAsync();

    [OneTimeTearDown]
    public async Task StopServer() => await _catalogue.DisposeAsync();

    private async Task<string[]> FindAsync(string query)
        => [.. (await _catalogue.GetAsync($"/catalogue/models?{query}")).GetProperty("models").EnumerateArray()
            .Select(static m => $"{m.GetProperty("name").GetString()}/{m.GetProperty("version").GetString()}")];

    [TestCase("", "digits/1", "linear/2")]
    [TestCase("q=FOUR+numbers", "linear/2")]
    [TestCase("q=four+letters")]
    [TestCase("q=champion", "digits/1")]
    [TestCase("task=classification", "digits/1")]
    [TestCase("licence=MIT", "linear/2")]
    [TestCase("licence=GPL")]
    [TestCase("tag=team", "linear/2")]
    [TestCase("tag=team%3Dsums", "linear/2")]
    [TestCase("tag=team%3Dvision")]
    [TestCase("stage=production", "linear/2")]
    [TestCase("max_mib=0.0001")]
    [TestCase("max_mib=10", "digits/1", "linear/2")]
    [TestCase("metric=accuracy&min_score=0.69", "linear/2")]
    [TestCase("metric=accuracy&min_score=0.71")]
    [TestCase("sort=newest", "digits/1", "linear/2")]
    [TestCase("task=&licence=&q=", "digits/1", "linear/2")]
    public async Task Models_Query_FindsWhatItSays(string query, params string[] expected)
        => Assert.That(await FindAsync(query), Is.EqualTo(expected));

    [Test]
    public async Task Models_ByLatency_KnowsWhatWasMeasured()
    {
        var none = await FindAsync("max_p99_ms=-1");
        await _catalogue.PostAsync(
            "/v2/models/linear/infer",
            """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""");

        Assert.That(none, Is.Empty);
        Assert.That(await FindAsync("max_p99_ms=60000"), Is.EqualTo(new[] { "linear/2" }));
        Assert.That(await FindAsync("sort=latency"), Is.EqualTo(new[] { "linear/2", "digits/1" }));
        var linear = await _catalogue.GetAsync("/catalogue/models/linear/versions/2");
        Assert.That(linear.GetProperty("requests").GetInt64(), Is.GreaterThanOrEqualTo(1));
        Assert.That(linear.GetProperty("p99_ms").GetDouble(), Is.Positive);
    }

    [TestCase("colour=red", "'colour'")]
    [TestCase("sort=colour", "'colour'")]
    [TestCase("max_mib=big", "'big'")]
    [TestCase("max_mib=NaN", "'NaN'")]
    [TestCase("stage=1", "'1'")]
    [TestCase("min_score=1", "metric")]
    [TestCase("sort=score", "metric")]
    public async Task Models_WrongQuery_SaysWhatIsWrong(string query, string expected)
    {
        var (status, text, _) = await _catalogue.AskAsync("GET", $"/catalogue/models?{query}");

        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(JsonDocument.Parse(text).RootElement.GetProperty("error").GetString(), Does.Contain(expected));
    }

    [Test]
    public async Task Version_InProduction_HasFilesWithTheHashesOfTheRegistry()
    {
        var version = await _catalogue.GetAsync("/catalogue/models/linear/versions/2");
        var stored = await _catalogue.Store.GetAsync(MaaS.Registry.Versions.ModelReference.Parse("linear/2"));

        Assert.That(
            version.GetProperty("files").EnumerateArray().ToDictionary(
                static f => f.GetProperty("path").GetString()!, static f => f.GetProperty("sha256").GetString()!),
            Is.EqualTo(stored.Files.ToDictionary(static f => f.Key, static f => f.Value.Sha256)));
        Assert.That(version.GetProperty("metrics").GetProperty("accuracy").GetDouble(), Is.EqualTo(0.7).Within(1e-12));
        Assert.That(version.GetProperty("signature").GetString(), Is.EqualTo("unsigned"));
        Assert.That(version.GetProperty("served").GetBoolean());
        Assert.That(version.GetProperty("card").GetString(), Is.EqualTo(CatalogueServer.Card));
        Assert.That(version.GetProperty("downloadable").GetBoolean(), Is.False);
    }

    [Test]
    public async Task Model_WithAVersionThatIsNotPublished_LeavesItAndItsHistoryOut()
    {
        var model = await _catalogue.GetAsync("/catalogue/models/linear");

        Assert.That(
            model.GetProperty("versions").EnumerateArray().Select(static v => v.GetProperty("version").GetString()),
            Is.EqualTo(new[] { "2", "1" }));
        Assert.That(
            model.GetProperty("history").EnumerateArray().Select(static h => h.GetProperty("version").GetString()),
            Has.None.EqualTo("3").And.Some.EqualTo("2"));
        Assert.That(
            (await _catalogue.AskAsync("GET", "/catalogue/models/linear/versions/3")).Status,
            Is.EqualTo(HttpStatusCode.NotFound));
    }

    [TestCase("/catalogue/models/a..b", HttpStatusCode.BadRequest)]
    [TestCase("/catalogue/models/..%2Fregistry", HttpStatusCode.BadRequest)]
    [TestCase("/catalogue/models/.hidden", HttpStatusCode.BadRequest)]
    [TestCase("/catalogue/view/a..b", HttpStatusCode.BadRequest)]
    [TestCase("/catalogue/models/nobody", HttpStatusCode.NotFound)]
    [TestCase("/catalogue/models/linear/versions/0x1", HttpStatusCode.BadRequest)]
    [TestCase("/catalogue/models/linear/versions/99999999999999999999", HttpStatusCode.BadRequest)]
    [TestCase("/catalogue/models/linear/versions/77", HttpStatusCode.NotFound)]
    public async Task Get_NameOrVersionThatCannotBe_IsRefused(string path, HttpStatusCode expected)
        => Assert.That((await _catalogue.AskAsync("GET", path)).Status, Is.EqualTo(expected));

    [Test]
    public async Task Models_RegistryThatChanges_AreThoseOfNow()
    {
        await using var catalogue = await CatalogueServer.StartAsync();
        Assert.That(
            (await catalogue.GetAsync("/catalogue/models/linear")).GetProperty("versions").GetArrayLength(),
            Is.EqualTo(2));
        await catalogue.Store.SetAliasAsync(
            MaaS.Registry.Versions.ModelReference.Parse("linear/3"), "next",
            new MaaS.Registry.Versions.Change("ann"));

        Assert.That(
            (await catalogue.GetAsync("/catalogue/models/linear")).GetProperty("versions").GetArrayLength(),
            Is.EqualTo(3));
    }

    [Test]
    public async Task Get_ServerWithoutARegistry_HasNoCatalogue()
    {
        using var models = new ModelsFolder().Add("linear");
        await using var server = await TestServer.StartAsync(o => o.ModelsPath = models.Path);

        using var response = await server.Client.GetAsync(new Uri("/catalogue/models", UriKind.Relative));

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }
}
