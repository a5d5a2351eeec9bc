using MaaS.Serving.Tests.Generation;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MaaS.Serving.Tests.Page;

/// <summary>The page in Chromium on a server of language models.</summary>
public sealed class WritingBrowserTests : StoryServer
{
    [Test]
    public async Task Continue_BeginningOfAText_ShowsWhatTheServerWrites()
    {
        await using var browser = await Browser.StartAsync();
        await using var page = await browser.OpenAsync(new Uri(Server.Address, "#story"));
        await page.Page.GetByLabel("Beginning of a text").FillAsync("the cat");

        var response = await page.Page.RunAndWaitForResponseAsync(
            () => page.Page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync(),
            r => r.Url.EndsWith("/v2/models/story/generate", StringComparison.Ordinal));

        var written = (await response.JsonAsync())!.Value.GetProperty("text_output").GetString();
        await Expect(page.Page.Locator(".written")).ToBeVisibleAsync();
        Assert.That(
            await page.Page.Locator(".written").EvaluateAsync<string>("e => e.textContent"),
            Is.EqualTo("the cat" + written));
        Assert.That(page.Faults, Is.Empty);
    }
}
