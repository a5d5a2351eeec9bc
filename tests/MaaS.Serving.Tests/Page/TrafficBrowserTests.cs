using MaaS.Core.Drift;
using MaaS.Core.Packages;
using MaaS.Core.Registry;
using MaaS.Onnx.Inference;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MaaS.Serving.Tests.Page;

/// <summary>Charts, drift and errors in Chromium, on a server that has had requests.</summary>
public sealed class TrafficBrowserTests : BrowserFixture
{
    private ModelsFolder _models = null!;
    private TestServer _server = null!;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        _models = new ModelsFolder().Add("linear");
        var registry = new ModelRegistry(_models.Path);
        for (var version = 1; version <= 2; version++)
        {
            await RegisterAsync(registry, version);
        }

        _server = await TestServer.StartAsync(o =>
        {
            (o.ModelsPath, o.Defaults.Versions) = (_models.Path, "all");
            o.Models["m"] = new ModelOptions
            {
                Route = new TrafficRoute { Split = new Dictionary<string, double> { ["1"] = 3, ["2"] = 1 } },
            };
        });
        for (var i = 0; i < 80; i++)
        {
            await _server.PostAsync("/v1/models/m:predict", $$"""{"instances": [[{{i % 7}}, 1]]}""");
        }

        await _server.PostAsync(
            "/v1/models/m:predict", """{"instances": [[1]]}""", System.Net.HttpStatusCode.BadRequest);
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [Test]
    public async Task Charts_AfterRequests_ShowEachVersionWithUnits()
    {
        await using var page = await OpenAsync(new Uri(_server.Address, "#m"));

        await Expect(page.Page.Locator("#throughput canvas")).ToBeVisibleAsync(new() { Timeout = 15_000 });
        await Expect(page.Page.Locator("#throughput .legend li")).ToHaveTextAsync(["version 1", "version 2"]);
        await Expect(page.Page.Locator("#latency .legend li"))
            .ToHaveTextAsync(["version 1, median", "version 1, p99", "version 2, median", "version 2, p99"]);
        await Expect(page.Page.Locator("#latency [role=img]"))
            .ToHaveAttributeAsync(
                "aria-label",
                new System.Text.RegularExpressions.Regex("milliseconds.*now median [0-9.]+, p99 [0-9.]+"));
        var inked = await page.Page.Locator("#throughput canvas").EvaluateAsync<int>(
            "c => { const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0; for (let i = "
                + "3; i < d.length; i += 4) n += d[i] > 0; return n; }");
        Assert.That(inked, Is.GreaterThan(1000), "axes, labels and lines are drawn");
        await Expect(page.Page.Locator("#versions tbody tr").First).ToContainTextAsync("75 %");
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Drift_WithABaseline_ShowsWhichFeaturesMoved()
    {
        await using var page = await OpenAsync(new Uri(_server.Address, "#m"));

        await Expect(page.Page.Locator("#drift tbody tr")).ToHaveCountAsync(4);
        await Expect(page.Page.Locator("#drift .state.bad").First).ToHaveTextAsync("Shifted");
        await page.ChooseAsync("linear");
        await Expect(page.Page.Locator("#drift")).ToContainTextAsync("no baseline");
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Errors_AfterARefusal_AreFoldedByModelWithCountAndTime()
    {
        await using var page = await OpenAsync(new Uri(_server.Address, "#linear"));
        var fold = page.Page.Locator("#errors details[data-model=m]");
        await Expect(page.Page.Locator("#errors > p")).ToHaveTextAsync("None of linear since the server started.");
        await Expect(fold.Locator("summary"))
            .ToContainTextAsync(new System.Text.RegularExpressions.Regex("m1 errorlast .* ago"));
        await Expect(fold.Locator("table")).ToBeHiddenAsync();

        await fold.Locator("summary").ClickAsync();

        await Expect(fold.Locator("tbody tr"))
            .ToContainTextAsync(new System.Text.RegularExpressions.Regex("Inputs refused[12]1"));
        await page.ChooseAsync("m");
        await Expect(page.Page.Locator("#errors > :first-child")).ToHaveAttributeAsync("data-model", "m");
        await Expect(fold.Locator("table")).ToBeVisibleAsync();
        Assert.That(page.Faults, Is.Empty);
    }

    [TestCase(390, ColorScheme.Light)]
    [TestCase(390, ColorScheme.Dark)]
    [TestCase(1280, ColorScheme.Light)]
    [TestCase(1280, ColorScheme.Dark)]
    public async Task Accessibility_ByAxe_HasNoViolation(int width, ColorScheme scheme)
    {
        await using var page = await OpenAsync(new Uri(_server.Address, "#m"), width, scheme);
        await Expect(page.Page.Locator("#throughput canvas")).ToBeVisibleAsync(new() { Timeout = 15_000 });
        await Expect(page.Page.Locator("#drift tbody tr")).ToHaveCountAsync(4);

        Assert.That(await page.ViolationsAsync(), Is.Empty);
        Assert.That(await page.OverflowAsync(), Is.Zero);
    }

    /// <summary>x · version, with a baseline of small numbers, from which the requests differ.</summary>
    private async Task RegisterAsync(ModelRegistry registry, int version)
    {
        var network = ScaleModels.Scale(version).ToByteArray();
        using var model = InferenceModel.Load(network, "m");
        var random = new Random(5);
        var baseline = DriftBaseline.Measure(
            model,
            [[TensorValue.Of(Enumerable.Range(0, 800).Select(_ => random.NextSingle() / 10).ToArray(), 400, 2)]]);
        var file = _models["incoming.maas"];
        await ModelPackage.CreateAsync(file, new ModelManifest { Name = "m" }, new Dictionary<string, PackageContent>
        {
            [ModelPackage.ModelFile] = PackageContent.FromBytes(network),
            [DriftBaseline.FileName] = PackageContent.FromBytes(baseline.ToJson()),
        });
        using (var package = await ModelPackage.OpenAsync(file))
        {
            await registry.RegisterAsync(package, "m");
        }

        File.Delete(file);
    }
}
