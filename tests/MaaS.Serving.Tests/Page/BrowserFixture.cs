using Microsoft.Playwright;

namespace MaaS.Serving.Tests.Page;

/// <summary>One Chromium for all tests of a class: Debian's, driven by Playwright.</summary>
public abstract class BrowserFixture
{
    private IPlaywright _playwright = null!;
    private IBrowser _browser = null!;

    [OneTimeSetUp]
    public async Task StartBrowser()
    {
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    [OneTimeTearDown]
    public async Task StopBrowser()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    /// <summary>A browser window of its own, with nothing stored.</summary>
    private protected async Task<BrowserPage> OpenAsync(Uri address, int width = 1280, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await _browser.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 844 }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
        var page = new BrowserPage(await context.NewPageAsync(), address);
        await page.Page.GotoAsync(address.ToString());
        return page;
    }
}
