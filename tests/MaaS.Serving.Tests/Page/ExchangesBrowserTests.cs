using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MaaS.Serving.Tests.Page;

/// <summary>Answers in Chromium, which stay beside what was asked.</summary>
public sealed class ExchangesBrowserTests : BrowserFixture
{
    private ModelsFolder _models = null!;
    private TestServer _server = null!;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        _models = new ModelsFolder().Add("linear", "text");
        await ModelsFolder.CreateDigitsAsync(_models["digits.maas"]);
        _server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [Test]
    public async Task Texts_AskedOneAfterTheOther_KeepTheirAnswers()
    {
        await using var page = await OpenAsync(new Uri(_server.Address, "#text"));
        var text = page.Page.GetByLabel("Text", new() { Exact = true });
        foreach (var asked in new[] { "first", "second" })
        {
            await text.FillAsync(asked);
            await text.PressAsync("Control+Enter");
            await Expect(page.Answer.Locator(".asked-text")).ToHaveTextAsync(asked);
            await Expect(page.Answer.Locator("pre")).ToContainTextAsync(Base64(asked));
        }

        await text.FillAsync("not asked");
        await Expect(page.Answer.Locator(".asked-text")).ToHaveTextAsync("second");
        var earlier = page.Page.Locator(".earlier details");
        await Expect(earlier.Locator("summary")).ToContainTextAsync("first");
        await page.ChooseAsync("linear");
        await Expect(page.Page.Locator(".earlier")).ToBeHiddenAsync();
        await page.ChooseAsync("text");
        await Expect(earlier).ToHaveCountAsync(2);
        await earlier.Nth(1).Locator("summary").ClickAsync();
        await Expect(earlier.Nth(1).Locator("pre")).ToContainTextAsync(Base64("first"));
        Assert.That(await page.ViolationsAsync(), Is.Empty);

        await earlier.Nth(1).GetByRole(AriaRole.Button, new() { Name = "Put it back" }).ClickAsync();
        await Expect(text).ToHaveValueAsync("first");
        await Expect(text).ToBeFocusedAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Forget all" }).ClickAsync();
        await Expect(earlier).ToHaveCountAsync(0);
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Strokes_OfOneDrawing_AreOneQuestion()
    {
        await using var page = await OpenAsync(new Uri(_server.Address, "#digits"));
        await Expect(page.Canvas).ToBeVisibleAsync();
        await page.DrawAsync((80, 60), (200, 60));
        await page.DrawAsync((200, 60), (140, 230));
        var before = await page.ProbabilitiesAsync();

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Clear" }).ClickAsync();

        var earlier = page.Page.Locator(".earlier details");
        await Expect(earlier).ToHaveCountAsync(1);
        await page.DrawAsync((140, 40), (150, 240));
        await page.ProbabilitiesAsync();
        await earlier.Locator("summary").ClickAsync();
        await page.Page.RunAndWaitForResponseAsync(
            () => earlier.GetByRole(AriaRole.Button, new() { Name = "Ask again" }).ClickAsync(),
            r => r.Url.Contains("/predict", StringComparison.Ordinal));

        await Expect(earlier).ToHaveCountAsync(2);
        Assert.That(await page.ProbabilitiesAsync(), Is.EqualTo(before), "the same pixels were asked");
        Assert.That(page.Faults, Is.Empty);
    }

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
}
