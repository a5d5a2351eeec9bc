using MaaS.Serving.Tests.Page;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MaaS.Serving.Tests.Catalogue;

/// <summary>The catalogue in Chromium: a desktop's window and a phone's, the keyboard, and axe-core.</summary>
public sealed class CatalogueBrowserTests : BrowserFixture
{
    private CatalogueServer _open = null!;
    private CatalogueServer _keyed = null!;

    [OneTimeSetUp]
    public async Task StartServers()
    {
        _open = await CatalogueServer.StartAsync();
        _keyed = await CatalogueServer.StartAsync(withKeys: true);
    }

    [OneTimeTearDown]
    public async Task StopServers()
    {
        await _open.DisposeAsync();
        await _keyed.DisposeAsync();
    }

    private static Uri At(CatalogueServer server, string path) => new(server.Server.Address, path);

    [Test]
    public async Task Pages_AtEveryWidthAndScheme_FitAndPleaseAxe(
        [Values("catalogue", "catalogue/view/linear/2", "catalogue/view/digits/1")] string path,
        [Values(1280, 390)] int width,
        [Values(ColorScheme.Light, ColorScheme.Dark)] ColorScheme scheme)
    {
        await using var page = await OpenAsync(At(_open, path), width, scheme);
        if (path != "catalogue")
        {
            await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Predict", Exact = true }))
                .ToBeVisibleAsync();
        }

        Assert.That(await page.OverflowAsync(), Is.Zero);
        Assert.That(await page.ViolationsAsync(), Is.Empty);
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Search_ByKeyboard_FindsTheModelAndOpensIt()
    {
        await using var page = await OpenAsync(At(_open, "catalogue"));

        await page.Page.GetByLabel("Search").FocusAsync();
        await page.Page.Keyboard.TypeAsync("four numbers");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.Locator(".found h2")).ToHaveTextAsync(["linear"]);
        await page.Page.Locator(".found a").FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");

        await Expect(page.Page.Locator("h1")).ToContainTextAsync("linear");
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Version_ByTab_ReachesEveryControl()
    {
        await using var page = await OpenAsync(At(_open, "catalogue/view/linear/2"));
        await Expect(page.Page.GetByRole(AriaRole.Button, new() { Name = "Predict", Exact = true })).ToBeVisibleAsync();
        var expected = await page.Page.EvaluateAsync<int>(
            """
            [...document.querySelectorAll('a[href], button, input, select, textarea, summary, pre[tabindex]')]
              .filter(e => e.checkVisibility()).length
            """);
        HashSet<string> seen = [];
        for (var i = 0; i < expected + 5; i++)
        {
            await page.Page.Keyboard.PressAsync("Tab");
            seen.Add(await page.Page.EvaluateAsync<string>(
                """
                (() => {
                  const e = document.activeElement;
                  window.ids ??= new Map();
                  if (!ids.has(e)) ids.set(e, String(ids.size));
                  return e === document.body ? 'body' : ids.get(e);
                })()
                """));
        }

        seen.Remove("body");
        Assert.That(seen, Has.Count.EqualTo(expected));
    }

    [Test]
    public async Task Try_AnArchivedVersionUnderAnAlias_AsksThatVersion()
    {
        await _open.Store.SetAliasAsync(
            MaaS.Registry.Versions.ModelReference.Parse("linear/1"), "old", new MaaS.Registry.Versions.Change("ann"));
        Assert.That(
            async () => (await _open.GetAsync("/catalogue/models/linear/versions/1"))
                .GetProperty("served").GetBoolean(),
            Is.True.After(20_000, 200));
        await using var page = await OpenAsync(At(_open, "catalogue/view/linear/1"));

        var predict = page.Page.GetByRole(AriaRole.Button, new() { Name = "Predict", Exact = true });
        await Expect(predict).ToBeVisibleAsync();
        var request = await page.Page.RunAndWaitForRequestAsync(
            () => predict.ClickAsync(), r => r.Url.EndsWith("/infer", StringComparison.Ordinal));

        Assert.That(request.Url, Does.EndWith("/v2/models/linear/versions/1/infer"));
        await Expect(page.Answer).ToContainTextAsync("model_version");
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Page_WithoutJavaScript_ShowsAllButTheBox()
    {
        await using var page = await OpenAsync(At(_open, "catalogue"));
        await page.Page.RouteAsync("**/*.js", route => route.AbortAsync());

        await page.Page.GotoAsync(At(_open, "catalogue/view/linear/2").ToString());

        await Expect(page.Page.Locator("#card-title")).ToBeVisibleAsync();
        await Expect(page.Page.GetByText("Adds up four numbers.")).ToBeVisibleAsync();
        await Expect(page.Page.Locator("#files-title ~ table")).ToContainTextAsync("model.onnx");
    }

    [Test]
    public async Task SignIn_AskApproveDownload_ByTwoPeople_Works()
    {
        await using var reader = await SignInAsync("reader", 390);
        await reader.Page.GetByLabel("Why you need the files").FillAsync("to compare");
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Request access" }).ClickAsync();
        await Expect(reader.Page.GetByText("nobody has decided yet")).ToBeVisibleAsync();

        await using var admin = await SignInAsync("admin", 1280);
        Assert.That(await admin.ViolationsAsync(), Is.Empty);
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = "Approve reader" }).ClickAsync();
        await Expect(admin.Page.Locator("#access-title ~ table")).ToContainTextAsync("granted");

        await reader.Page.ReloadAsync();
        var download = await reader.Page.RunAndWaitForDownloadAsync(
            () => reader.Page.GetByRole(AriaRole.Link, new() { Name = "Download linear-2.maas" }).ClickAsync());
        Assert.That(download.SuggestedFilename, Is.EqualTo("linear-2.maas"));
        using var package = await MaaS.Core.Packages.ModelPackage.OpenAsync(await SavedAsync(download));
        Assert.That(package.Manifest.Name, Is.EqualTo("linear"));

        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Predict", Exact = true }).ClickAsync();
        await Expect(reader.Answer).ToContainTextAsync("model_version");
        await reader.Page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(reader.Page.Locator("h1")).ToHaveTextAsync("Sign in");
    }

    [Test]
    public async Task Publish_ByKeyboard_LeadsToTheVersionAndPleasesAxe(
        [Values(1280, 390)] int width, [Values(ColorScheme.Light, ColorScheme.Dark)] ColorScheme scheme)
    {
        var name = $"sums-{width}-{scheme}".ToLowerInvariant();
        await using var page = await SignInAsync("publisher", width, scheme);
        await page.Page.GotoAsync(At(_keyed, "catalogue").ToString());
        await page.Page.Locator("#publish summary").FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.GetByLabel("Package (.maas")).ToBeVisibleAsync();
        Assert.That(await page.OverflowAsync(), Is.Zero);
        Assert.That(await page.ViolationsAsync(), Is.Empty);

        await page.Page.GetByLabel("Package (.maas").SetInputFilesAsync(Path.Combine(_keyed.Folder, "linear1.maas"));
        await page.Page.GetByLabel("Name (").FillAsync(name);
        await page.Page.GetByLabel("Notes:").FillAsync("adds up as before");
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Publish", Exact = true }).FocusAsync();
        await page.Page.Keyboard.PressAsync("Enter");

        await Expect(page.Page.Locator("h1")).ToContainTextAsync(name);
        await Expect(page.Page.GetByText("not published")).ToBeVisibleAsync();
        await Expect(page.Page.GetByText("adds up as before").First).ToBeVisibleAsync();
        Assert.That(await page.OverflowAsync(), Is.Zero);
        Assert.That(await page.ViolationsAsync(), Is.Empty);
        Assert.That(page.Faults, Has.All.Contains("401"), "but for the page that asks for the key");
    }

    // What is refused is said on a page of its own.
    [Test]
    public async Task Publish_WithoutJavaScript_SaysWhatIsWrong()
    {
        await using var page = await SignInAsync("publisher", 390);
        await page.Page.RouteAsync("**/*.js", route => route.AbortAsync());
        await page.Page.GotoAsync(At(_keyed, "catalogue").ToString());
        await page.Page.GetByText("Publish a model").ClickAsync();
        await page.Page.GetByLabel("Package (.maas").SetInputFilesAsync(new FilePayload
        {
            Name = "none.maas",
            MimeType = "application/octet-stream",
            Buffer = "no package"u8.ToArray(),
        });
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Publish", Exact = true }).ClickAsync();

        await Expect(page.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("package: expected");
        Assert.That(await page.OverflowAsync(), Is.Zero);
    }

    [Test]
    public async Task Publish_CallersWhoMayNot_HaveNoForm()
    {
        await using var page = await SignInAsync("reader", 1280);
        await page.Page.GotoAsync(At(_keyed, "catalogue").ToString());

        await Expect(page.Page.Locator("h1")).ToHaveTextAsync("Models");
        await Expect(page.Page.Locator("#publish")).ToHaveCountAsync(0);
    }

    private async Task<string> SavedAsync(IDownload download)
    {
        var path = Path.Combine(_keyed.Folder, "downloaded.maas");
        await download.SaveAsAsync(path);
        return path;
    }

    private async Task<BrowserPage> SignInAsync(string key, int width, ColorScheme scheme = ColorScheme.Light)
    {
        var page = await OpenAsync(At(_keyed, "catalogue/view/linear/2"), width, scheme);
        await Expect(page.Page.Locator("h1")).ToHaveTextAsync("Sign in");
        Assert.That(await page.ViolationsAsync(), Is.Empty);
        await page.Page.GetByLabel("API key or bearer token").FillAsync(_keyed.Key(key));
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.Locator("h1")).ToContainTextAsync("linear");
        return page;
    }
}
