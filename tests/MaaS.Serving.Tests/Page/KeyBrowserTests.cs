using System.Collections.Concurrent;
using MaaS.Serving.Security;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MaaS.Serving.Tests.Page;

/// <summary>The page in Chromium on a server with API keys, and below a prefix.</summary>
public sealed class KeyBrowserTests : BrowserFixture
{
    private readonly ModelsFolder _models = new ModelsFolder().Add("linear");

    [OneTimeTearDown]
    public void RemoveFolder() => _models.Dispose();

    private Task<TestServer> ServeAsync(params ApiKeyOptions[] keys) => TestServer.StartAsync(
        o =>
        {
            o.ModelsPath = _models.Path;
            foreach (var key in keys)
            {
                o.Security.ApiKeys.Add(key);
            }
        },
        isOpen: false);

    private static async Task EnterAsync(IPage page, string key)
    {
        await page.GetByLabel("Key or bearer token").FillAsync(key);
        await page.Keyboard.PressAsync("Enter");
    }

    [Test]
    public async Task Key_Entered_IsSentWithEveryRequestAndKeptInTheSessionOnly()
    {
        var (key, stored) = ApiKey.Create("team", ["read", "predict"]);
        await using var server = await ServeAsync(stored);
        await using var page = await OpenAsync(server.Address);
        var sent = new ConcurrentQueue<IRequest>();
        page.Page.Request += (_, request) => sent.Enqueue(request);
        await Expect(page.Page.Locator("#key-dialog")).ToBeVisibleAsync();
        Assert.That(page.Faults, Is.Empty, "nothing is asked before there is a key");
        Assert.That(await page.ViolationsAsync(), Is.Empty);

        await EnterAsync(page.Page, key);
        await Expect(page.Models).ToHaveCountAsync(1);
        await page.ChooseAsync("linear");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Predict" }).ClickAsync();
        await Expect(page.Answer).ToContainTextAsync("\"model_name\"");

        Assert.That(sent.Count(r => r.ResourceType == "fetch"), Is.GreaterThanOrEqualTo(4));
        Assert.That(
            sent.Where(r => r.ResourceType == "fetch").Select(r => r.Headers.GetValueOrDefault("x-api-key")),
            Is.All.EqualTo(key));
        Assert.That(sent.Select(r => r.Url), Has.None.Contains(key));
        Assert.That(
            await page.Page.EvaluateAsync<string>(
                "JSON.stringify([Object.values(sessionStorage), localStorage.length, document.cookie, "
                    + "location.href.includes('maas_')])"), Is.EqualTo($"""[["{key}"],0,"",false]"""));
        Assert.That(await page.Page.Locator("html").EvaluateAsync<string>("e => e.outerHTML"), Does.Not.Contain(key));
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Key_NotGiven_LeavesNothingToShow()
    {
        await using var server = await ServeAsync(ApiKey.Create("team", ["read"]).Stored);
        await using var page = await OpenAsync(server.Address);

        await page.Page.Keyboard.PressAsync("Escape");

        await Expect(page.Page.Locator("#empty")).ToHaveTextAsync("Nothing to show without a key.");
        await Expect(page.Page.Locator("footer a:visible")).ToHaveTextAsync(["uPlot"]);
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Key_Wrong_IsRefusedAndForgotten()
    {
        var (_, stored) = ApiKey.Create("team", ["read"]);
        var (wrong, _) = ApiKey.Create("other", ["read"]);
        await using var server = await ServeAsync(stored);
        await using var page = await OpenAsync(server.Address);

        await EnterAsync(page.Page, wrong);
        await Expect(page.Page.Locator("#key-error")).ToHaveTextAsync("the API key is not known");
        await EnterAsync(page.Page, "with spaces in it");
        await Expect(page.Page.Locator("#key-error")).ToContainTextAsync("without spaces");

        Assert.That(await page.Page.EvaluateAsync<int>("sessionStorage.length"), Is.Zero);
        await Expect(page.Models).ToHaveCountAsync(0);
    }

    [Test]
    public async Task Key_ThatMayOnlyRead_ShowsWhyItCannotPredict()
    {
        var (key, stored) = ApiKey.Create("monitor", ["read"]);
        await using var server = await ServeAsync(stored);
        await using var page = await OpenAsync(server.Address);
        await EnterAsync(page.Page, key);
        await page.ChooseAsync("linear");

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Predict" }).ClickAsync();

        await Expect(page.Answer).ToContainTextAsync("expected the scope 'predict', 'monitor' does not have it");
    }

    [TestCase("/models/")]
    [TestCase("/models")]
    public async Task Prefix_PageBelowIt_AsksBelowIt(string path)
    {
        await using var server = await EmbeddedServer.StartAsync(_models.Path, "/models");
        await using var page = await OpenAsync(new Uri(server.Address, path));
        await page.ChooseAsync("linear");

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Predict" }).ClickAsync();

        await Expect(page.Answer).ToContainTextAsync("\"model_name\": \"linear\"");
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Server_Gone_IsSaidAndFoundAgain()
    {
        var server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
        var address = server.Address;
        await using var page = await OpenAsync(address);
        await Expect(page.Models).ToHaveCountAsync(1);

        await server.DisposeAsync();
        await Expect(page.Page.Locator("#banner"))
            .ToHaveTextAsync("The server does not answer.", new() { Timeout = 15_000 });

        await using var again = await TestServer.StartAsync(o => o.ModelsPath = _models.Path, url: address.ToString());
        await Expect(page.Page.Locator("#banner")).ToBeHiddenAsync(new() { Timeout = 15_000 });
    }
}
