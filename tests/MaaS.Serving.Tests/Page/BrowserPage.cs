using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace MaaS.Serving.Tests.Page;

/// <summary>MaaS's page in a window, with everything that went wrong in it.</summary>
internal sealed partial class BrowserPage : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _faults = new();

    public BrowserPage(IPage page, Uri address)
    {
        Page = page;
        page.Console += (_, message) => _faults.Enqueue($"console: {message.Text}");
        page.PageError += (_, error) => _faults.Enqueue($"error: {error}");
        page.RequestFailed += (_, request) =>
            AddUnless(request.Failure == "net::ERR_ABORTED", $"failed: {request.Url}: {request.Failure}");
        page.Request += (_, request) =>
            AddUnless(new Uri(request.Url).Authority == address.Authority, $"elsewhere: {request.Url}");
        page.Response += (_, response) => AddUnless(response.Status < 400, $"{response.Status}: {response.Url}");
        page.Dialog += (_, dialog) => _faults.Enqueue($"dialog: {dialog.Message}");
    }

    public IPage Page { get; }

    /// <summary>Console messages, exceptions, failed and refused requests, requests to other servers,
    /// dialogs.</summary>
    public IReadOnlyCollection<string> Faults => _faults;

    public ILocator Models => Page.Locator("#models button");

    public ILocator Answer => Page.Locator("#try .answer").First;

    public ILocator Canvas => Page.Locator("canvas.draw");

    public ILocator Bars => Page.Locator(".bars li");

    [GeneratedRegex("^rgb\\((\\d+), (\\d+), (\\d+)\\)$")]
    private static partial Regex Rgb();

    /// <summary>Chooses a model and waits until its box is there.</summary>
    public async Task ChooseAsync(string model)
    {
        var button = Page.Locator($"#models button[data-model='{model}']");
        await Assertions.Expect(button).ToHaveCountAsync(1);
        if (await Page.Locator("#pick").IsVisibleAsync())
        {
            await Page.Locator("#pick").SelectOptionAsync(model);
        }
        else
        {
            await button.ClickAsync();
        }

        await Assertions.Expect(Page.Locator("#name")).ToHaveTextAsync(model);
        await Assertions.Expect(Page.GetByRole(AriaRole.Button, new() { Name = "Predict", Exact = true }))
            .ToBeVisibleAsync();
    }

    /// <summary>Draws one stroke through points of the 280 × 280 canvas, and gives the body of the request that
    /// follows.</summary>
    public async Task<string> DrawAsync(params (float X, float Y)[] points)
    {
        await Canvas.ScrollIntoViewIfNeededAsync();
        var box = (await Canvas.BoundingBoxAsync())!;
        var scale = box.Width / 280;
        await MoveAsync(points[0]);
        await Page.Mouse.DownAsync();
        foreach (var point in points[1..])
        {
            await MoveAsync(point);
        }

        var request = await Page.RunAndWaitForRequestAsync(
            () => Page.Mouse.UpAsync(), r => r.Url.Contains("/predict", StringComparison.Ordinal));
        return request.PostData!;

        Task MoveAsync((float X, float Y) point)
            => Page.Mouse.MoveAsync(box.X + (point.X * scale), box.Y + (point.Y * scale), new() { Steps = 5 });
    }

    /// <summary>Probabilities of the bars by label.</summary>
    public async Task<Dictionary<string, double>> ProbabilitiesAsync()
    {
        await Assertions.Expect(Bars.First).ToBeVisibleAsync();
        var bars = new Dictionary<string, double>();
        foreach (var bar in await Bars.AllAsync())
        {
            bars[await bar.Locator(".bar-label").InnerTextAsync()] = double.Parse(
                (await bar.GetAttributeAsync("data-probability"))!, CultureInfo.InvariantCulture);
        }

        return bars;
    }

    /// <summary>Mean of red, green and blue of an element's background, 0 to 255.</summary>
    public async Task<double> BrightnessAsync(string selector)
        => Rgb().Match(await Page.Locator(selector).EvaluateAsync<string>("e => getComputedStyle(e).backgroundColor"))
            .Groups.Values.Skip(1).Average(g => int.Parse(g.Value, CultureInfo.InvariantCulture));

    /// <summary>Pixels by which the page is wider than its window.</summary>
    public Task<int> OverflowAsync()
        => Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

    /// <summary>Everything that axe-core finds fault with: contrast, names, roles, structure.</summary>
    public async Task<string[]> ViolationsAsync()
    {
        var result = await Page.RunAxe();
        Assert.That(result.Passes, Has.Length.GreaterThan(15));
        return [.. result.Violations.SelectMany(v => v.Nodes.Select(n => $"{v.Id}: {n.Html}"))];
    }

    public async ValueTask DisposeAsync() => await Page.Context.DisposeAsync();

    private void AddUnless(bool isFine, string fault)
    {
        if (!isFine)
        {
            _faults.Enqueue(fault);
        }
    }
}
