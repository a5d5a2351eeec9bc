using MaaS.Core.Packages;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MaaS.Serving.Tests.Page;

/// <summary>The page in Chromium on a server of 60 models for three tasks, one of them broken.</summary>
public sealed class ManyModelsBrowserTests : BrowserFixture
{
    private static readonly string[] Tasks = ["regression", "anomaly-detection"];

    private ModelsFolder _models = null!;
    private TestServer _server = null!;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        _models = new ModelsFolder().Add("linear");
        await File.WriteAllTextAsync(_models["broken.onnx"], "no model");
        for (var i = 0; i < 58; i++)
        {
            var manifest = new ModelManifest
            {
                Name = $"{(i % 2 == 0 ? "demand" : "alarm")}-{i:00}",
                Task = Tasks[i % 2],
            };
            await ModelPackage.CreateAsync(
                _models[$"{manifest.Name}.maas"], manifest,
                new Dictionary<string, PackageContent>
                {
                    [ModelPackage.ModelFile] = PackageContent.FromFile(ModelsFolder.Fixture("linear.onnx")),
                });
        }

        _server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [Test]
    public async Task Groups_OfManyModels_AreFoldedButTheChosen()
    {
        await using var page = await OpenAsync(new Uri(_server.Address, "#demand-04"));

        await Expect(page.Page.Locator("#models summary"))
            .ToHaveTextAsync(["Anomaly detection29", "Regression29", "Other models21 fault"]);
        await Expect(page.Page.Locator("#models button:visible")).ToHaveCountAsync(29);
        await Expect(page.Page.Locator("#models [aria-current]")).ToContainTextAsync("demand-04");
        await page.Page.Locator("#models summary", new() { HasText = "Other" }).PressAsync("Enter");
        await Expect(page.Page.Locator("#models details:last-child .model-name")).ToHaveTextAsync(["broken", "linear"]);
        Assert.That(await page.ViolationsAsync(), Is.Empty);
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Search_ByWords_LeavesModelsThatHaveThemAll()
    {
        await using var page = await OpenAsync(new Uri(_server.Address, "#linear"));
        var search = page.Page.GetByRole(AriaRole.Searchbox);

        await search.FillAsync("anomaly 1");
        await Expect(page.Page.Locator("#found")).ToHaveTextAsync("10 of 60 models");
        await Expect(page.Page.Locator("#models .model-name").First).ToHaveTextAsync("alarm-01");
        await search.PressAsync("ArrowDown");
        await page.Page.Keyboard.PressAsync("ArrowDown");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.Locator("#name")).ToHaveTextAsync("alarm-11");
        await search.FillAsync("fault");
        await search.PressAsync("Enter");
        await Expect(page.Page.Locator("#name")).ToHaveTextAsync("broken");
        await search.FillAsync("no such");
        await Expect(page.Page.Locator("#found")).ToHaveTextAsync("No model has all of these words.");

        Assert.That(page.Faults, Is.Empty);
    }

    [TestCase(390, ColorScheme.Light)]
    [TestCase(390, ColorScheme.Dark)]
    public async Task Phone_SelectBox_ChoosesAModel(int width, ColorScheme scheme)
    {
        await using var page = await OpenAsync(new Uri(_server.Address, "#linear"), width, scheme);
        var pick = page.Page.GetByRole(AriaRole.Combobox, new() { Name = "Model" });
        await Expect(page.Page.Locator("#models")).ToBeHiddenAsync();
        await Expect(pick.Locator("optgroup")).ToHaveCountAsync(3);

        await pick.SelectOptionAsync("demand-12");

        await Expect(page.Page.Locator("#name")).ToHaveTextAsync("demand-12");
        await Expect(pick.Locator("option", new() { HasText = "broken" })).ToHaveTextAsync("broken – failed");
        await page.Page.GetByRole(AriaRole.Searchbox).FillAsync("alarm");
        await Expect(pick.Locator("option")).ToHaveCountAsync(30);
        await Expect(pick).ToHaveValueAsync("demand-12");
        Assert.That(await page.ViolationsAsync(), Is.Empty);
        Assert.That(await page.OverflowAsync(), Is.Zero);
        Assert.That(page.Faults, Is.Empty);
    }
}
