using System.Globalization;
using System.Net;
using System.Text.Json;
using MaaS.Core.Drift;
using MaaS.Core.Packages;

namespace MaaS.Serving.Tests.Drift;

/// <summary>Drift over HTTP against the figures of numpy and scipy, see Fixtures/make_drift.py.</summary>
public sealed class DriftEndpointsTests
{
    private readonly JsonElement _fixture = JsonDocument.Parse(File.ReadAllBytes(ModelsFolder.Fixture("drift.json")))
        .RootElement;
    private ModelsFolder _models = null!;
    private TestServer _server = null!;

    [SetUp]
    public async Task Serve()
    {
        _models = new ModelsFolder().Add("same");
        await ModelPackage.CreateAsync(
            _models["watched.maas"], new ModelManifest { Name = "watched" }, new Dictionary<string, PackageContent>
        {
            [ModelPackage.ModelFile] = PackageContent.FromBytes(ScaleModels.Scale(1).ToByteArray()),
            [DriftBaseline.FileName] = PackageContent.FromBytes(
                JsonSerializer.SerializeToUtf8Bytes(_fixture.GetProperty("baseline"))),
        });
        _server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
    }

    [TearDown]
    public async Task Stop()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [Test]
    public async Task Get_AfterRequests_EqualsScipy()
    {
        await SendTodayAsync();

        var drift = await _server.GetAsync("/v2/models/watched/drift");

        Assert.That(drift.GetProperty("rows").GetInt32(), Is.EqualTo(200));
        Assert.That(drift.GetProperty("baseline_rows").GetInt32(), Is.EqualTo(300));
        var features = drift.GetProperty("features").EnumerateArray()
            .ToDictionary(f => f.GetProperty("name").GetString()!);
        Assert.That(features.Keys, Is.EquivalentTo(new[] { "x[0]", "x[1]", "prediction", "confidence" }));
        foreach (var expected in _fixture.GetProperty("expected").EnumerateObject())
        {
            var feature = features[expected.Name];
            Assert.That(
                feature.GetProperty("psi").GetDouble(),
                Is.EqualTo(expected.Value.GetProperty("psi").GetDouble()).Within(1e-6), expected.Name);
            Assert.That(
                feature.GetProperty("ks").GetDouble(),
                Is.EqualTo(expected.Value.GetProperty("ks").GetDouble()).Within(1e-6), expected.Name);

            // scipy's is exact, ours the limit of large samples: they agree to some hundredths at 200 rows.
            Assert.That(
                feature.GetProperty("ks_probability").GetDouble(),
                Is.EqualTo(expected.Value.GetProperty("ks_probability").GetDouble()).Within(0.03), expected.Name);
        }
    }

    [Test]
    public async Task Metrics_AfterRequests_TellTheSame()
    {
        await SendTodayAsync();

        var metrics = (await _server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n');

        var line = metrics.Single(
            l => l.StartsWith("maas_drift_psi", StringComparison.Ordinal)
                && l.Contains("feature=\"x[0]\"", StringComparison.Ordinal));
        var psi = double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture);
        Assert.That(
            psi,
            Is.EqualTo(_fixture.GetProperty("expected").GetProperty("x[0]").GetProperty("psi").GetDouble()).Within(1e-6)
                .And.GreaterThan(0.25), "it has shifted");
    }

    [Test]
    public async Task Get_TooFewRows_SaysNothingOfFeatures()
    {
        await _server.PostAsync("/v1/models/watched:predict", """{"instances": [[1, 2]]}""");

        var drift = await _server.GetAsync("/v2/models/watched/drift");

        Assert.That(drift.GetProperty("rows").GetInt32(), Is.EqualTo(1));
        Assert.That(drift.GetProperty("features").GetArrayLength(), Is.Zero);
    }

    [Test]
    public async Task Get_ModelWithoutBaseline_SaysHowToGetOne()
    {
        var error = await _server.GetAsync("/v2/models/same/drift", HttpStatusCode.NotFound);

        Assert.That(error.GetProperty("error").GetString(), Does.Contain(DriftBaseline.FileName));
    }

    private async Task SendTodayAsync()
    {
        foreach (var row in _fixture.GetProperty("today").EnumerateArray())
        {
            await _server.PostAsync("/v1/models/watched:predict", $$"""{"instances": [{{row.GetRawText()}}]}""");
        }
    }
}
