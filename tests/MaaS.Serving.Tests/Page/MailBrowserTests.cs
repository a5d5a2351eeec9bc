using MaaS.Serving.Tests.Protocols;
using Microsoft.Playwright;

namespace MaaS.Serving.Tests.Page;

/// <summary>The page in Chromium on a server that classifies mails.</summary>
public sealed class MailBrowserTests : MailServer
{
    [Test]
    public async Task Predict_RawMail_ShowsTheTrainersProbabilities()
    {
        var mail = Array.FindIndex(Mails, m => m.Length < 10_000 && !m.Contains('\r', StringComparison.Ordinal));
        await using var browser = await Browser.StartAsync();
        await using var page = await browser.OpenAsync(new Uri(Server.Address, "#spam"));
        await page.Page.GetByLabel("Text", new() { Exact = true }).FillAsync(Mails[mail]);

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Predict" }).ClickAsync();

        var shown = await page.ProbabilitiesAsync();
        Assert.That(
            new[] { shown["ham"], shown["spam"] }, Is.EqualTo(Expected[mail].Select(p => (double)p)).Within(1e-4));
        Assert.That(page.Faults, Is.Empty);
    }
}
