using Microsoft.Playwright;

namespace MaaS.Serving.Tests.Page;

/// <summary>One Chromium for all tests of a class.</summary>
public abstract class BrowserFixture
{
    private Browser _browser = null!;

    [OneTimeSetUp]
    public async Task StartBrowser() => _browser = await Browser.StartAsync();

    [OneTimeTearDown]
    public async Task StopBrowser() => await _browser.DisposeAsync();

    /// <inheritdoc cref="Browser.OpenAsync"/>
    private protected Task<BrowserPage> OpenAsync(
        Uri address, int width = 1280, ColorScheme scheme = ColorScheme.Light)
            => _browser.OpenAsync(address, width, scheme);
}
