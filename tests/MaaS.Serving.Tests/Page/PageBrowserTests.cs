using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MaaS.Serving.Tests.Page;

/// <summary>The page in Chromium, on a server that is open to all.</summary>
public sealed class PageBrowserTests : BrowserFixture
{
    private const string Hostile = "<img src=x onerror=\"window.injected=1;alert(1)\">";
    private static readonly string[] HostileLabels = [
        Hostile, "</script><script>alert(2)</script>", "\" onmouseover=alert(3) x=\"", "&lt;b&gt;", "__proto__", "e",
        "f", "g", "h", "i",
    ];

    private ModelsFolder _models = null!;
    private TestServer _server = null!;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        _models = new ModelsFolder().Add("linear", "mixed", "text");
        await File.WriteAllTextAsync(_models["broken.onnx"], "no model");
        await ModelsFolder.CreateDigitsAsync(_models["digits.maas"]);
        await ModelsFolder.CreateDigitsAsync(
            _models["hostile.maas"], m => m with { Name = "hostile", Description = Hostile, Labels = HostileLabels });
        _server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [Test]
    public async Task Open_Page_ListsEveryModelWithoutAFault()
    {
        await using var page = await OpenAsync(_server.Address);

        await Expect(page.Page.Locator("#models .model-name"))
            .ToHaveTextAsync(["broken", "digits", "hostile", "linear", "mixed", "text"]);
        await Expect(page.Page.Locator("#name")).ToHaveTextAsync("digits");
        await Expect(page.Page.Locator("#versions tbody tr")).ToHaveCountAsync(1);
        await Expect(page.Page.Locator("#banner")).ToContainTextAsync("broken could not be loaded");
        foreach (var model in new[] { "hostile", "linear", "mixed", "text" })
        {
            await page.ChooseAsync(model);
        }

        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Open_FailedModel_SaysWhy()
    {
        await using var page = await OpenAsync(new Uri(_server.Address, "#broken"));

        await Expect(page.Page.Locator("#versions .fault")).ToContainTextAsync("cannot be read as a model");
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Draw_Digit_ShowsWhatPredictSaysOfTheSamePixels()
    {
        await using var page = await OpenAsync(_server.Address);
        await page.ChooseAsync("digits");

        var body = await page.DrawAsync((140, 40), (150, 240));

        var pixels = JsonDocument.Parse(body).RootElement.GetProperty("images")[0].EnumerateArray()
            .Select(r => r.EnumerateArray().Select(p => p.GetInt32()).ToArray()).ToArray();
        Assert.That((pixels.Length, pixels[0].Length), Is.EqualTo((28, 28)));
        Assert.That(pixels[14].Max(), Is.GreaterThan(200), "the stroke goes through the middle");
        Assert.That(pixels.Count(r => r.Max() > 100), Is.InRange(18, 22), "and is 20 pixels high, as MNIST's digits");
        Assert.That(pixels.SelectMany(r => new[] { r[0], r[27] }), Is.All.Zero);
        var expected = (await _server.PostAsync("/predict?model=digits", body)).GetProperty("predictions")[0].GetProperty("probabilities");
        Assert.That(
            await page.ProbabilitiesAsync(),
            Is.EqualTo(expected.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetDouble())));
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task OpenPicture_OfTheModelsSize_SendsItsPixels()
    {
        static byte Grey(int x, int y) => (byte)((x * 9) ^ (y * 5));
        await using var page = await OpenAsync(_server.Address);
        await page.ChooseAsync("digits");

        var request = await page.Page.RunAndWaitForRequestAsync(
            () => page.Page.Locator("input[type=file]")
                .SetInputFilesAsync(
                    new FilePayload { Name = "digit.bmp", MimeType = "image/bmp", Buffer = Bitmap.Grey(28, 28, Grey) }),
            r => r.Url.Contains("/predict", StringComparison.Ordinal));

        var rows = JsonDocument.Parse(request.PostData!).RootElement.GetProperty("images")[0];
        Assert.That(
            rows.EnumerateArray().SelectMany(r => r.EnumerateArray()).Select(p => p.GetInt32()),
            Is.EqualTo(Enumerable.Range(0, 784).Select(i => (int)Grey(i % 28, i / 28))));
        await Expect(page.Bars).ToHaveCountAsync(10);
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task OpenPicture_ThatIsNone_SaysSo()
    {
        await using var page = await OpenAsync(_server.Address);
        await page.ChooseAsync("digits");

        await page.Page.Locator("input[type=file]")
            .SetInputFilesAsync(
                new FilePayload { Name = "notes.txt", MimeType = "text/plain", Buffer = "no picture"u8.ToArray() });

        await Expect(page.Answer).ToContainTextAsync("“notes.txt” is no picture");
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Explain_Drawing_LaysContributionsOverThePicture()
    {
        await using var page = await OpenAsync(_server.Address);
        await page.ChooseAsync("digits");
        var body = await page.DrawAsync((80, 60), (200, 60), (140, 230));
        await page.ProbabilitiesAsync();

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Explain" }).ClickAsync();

        await Expect(page.Page.Locator("canvas.overlay")).ToBeVisibleAsync();
        var contributions = (await _server.PostAsync("/v1/models/digits:explain?replacement=-0.4242129", body)).GetProperty("explanations")[0].GetProperty("contributions");
        var expected = contributions.EnumerateArray().Select(c => c.GetDouble() > 0).ToArray();
        var shown = await page.Page.Locator("canvas.overlay")
            .EvaluateAsync<int[]>("c => Array.from(c.getContext('2d').getImageData(0, 0, c.width, c.height).data)");
        var largest = contributions.EnumerateArray().Max(c => Math.Abs(c.GetDouble()));
        for (var i = 0; i < expected.Length; i++)
        {
            if (Math.Abs(contributions[i].GetDouble()) > largest / 10)
            {
                Assert.That(
                    shown[4 * i] > shown[(4 * i) + 2], Is.EqualTo(expected[i]), $"patch {i}: orange for, blue against");
            }
        }

        await Expect(page.Page.Locator("#try")).ToContainTextAsync("speaks for “digit");
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Text_CtrlEnter_SendsItAsItIs()
    {
        const string Text = "Grüße, \"zwei\" Zeilen\nund <b>kein</b> Fett";
        await using var page = await OpenAsync(_server.Address);
        await page.ChooseAsync("text");
        await page.Page.GetByLabel("Text").FillAsync(Text);

        var request = await page.Page.RunAndWaitForRequestAsync(
            () => page.Page.Keyboard.PressAsync("Control+Enter"),
            r => r.Url.Contains("/predict?model=text", StringComparison.Ordinal));

        Assert.That(
            JsonDocument.Parse(request.PostData!).RootElement.GetProperty("instances")[0].GetString(),
            Is.EqualTo(Text));
        await Expect(page.Answer).ToContainTextAsync(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Text)));
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Json_TemplateWithOtherNumbers_ShowsTheOutputs()
    {
        var linear = ModelsFolder.Expected.GetProperty("linear");
        await using var page = await OpenAsync(_server.Address);
        await page.ChooseAsync("linear");
        var box = page.Page.GetByLabel("Open Inference Protocol request");
        var template = await box.InputValueAsync();
        Assert.That(template, Does.Contain("\"data\": [0, 0, 0, 0]"));

        await box.FillAsync(
            template.Replace("[0, 0, 0, 0]", linear.GetProperty("x")[0].GetRawText(), StringComparison.Ordinal));
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Predict" }).ClickAsync();

        await Expect(page.Answer.Locator("pre")).ToBeVisibleAsync();
        var data = JsonDocument.Parse(await page.Answer.Locator("pre").InnerTextAsync())
            .RootElement.GetProperty("outputs")[0].GetProperty("data");
        var y = linear.GetProperty("y")[0].EnumerateArray().Select(v => v.GetDouble());
        Assert.That(data.EnumerateArray().Select(v => v.GetDouble()), Is.EqualTo(y).Within(1e-5));
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Json_ThatTheServerRefuses_ShowsItsReason()
    {
        await using var page = await OpenAsync(new Uri(_server.Address, "#linear"));
        await page.Page.GetByLabel("Open Inference Protocol request")
            .FillAsync("""{"inputs": [{"name": "z", "shape": [1], "datatype": "FP32", "data": [1]}]}""");

        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Predict" }).ClickAsync();

        await Expect(page.Answer.GetByRole(AriaRole.Alert)).ToContainTextAsync("expected the inputs [x], got 'z'");
    }

    [Test]
    public async Task Keyboard_Alone_ChoosesAModelAndAsksIt()
    {
        await using var page = await OpenAsync(_server.Address);
        await Expect(page.Models).ToHaveCountAsync(6);

        await TabToAsync(page.Page, "e => e.dataset.model === 'linear'");
        await page.Page.Keyboard.PressAsync("Enter");
        await Expect(page.Page.Locator("#name")).ToHaveTextAsync("linear");
        await TabToAsync(page.Page, "e => e.textContent === 'Predict'");
        await page.Page.Keyboard.PressAsync("Enter");

        await Expect(page.Answer).ToContainTextAsync("\"model_name\": \"linear\"");
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Keyboard_OnTheCanvas_Draws()
    {
        await using var page = await OpenAsync(_server.Address);
        await page.ChooseAsync("digits");
        await page.Canvas.FocusAsync();
        await page.Page.Keyboard.PressAsync(" ");
        for (var i = 0; i < 10; i++)
        {
            await page.Page.Keyboard.PressAsync("ArrowDown");
        }

        var request = await page.Page.RunAndWaitForRequestAsync(
            () => page.Page.Keyboard.PressAsync(" "), r => r.Url.Contains("/predict", StringComparison.Ordinal));

        Assert.That(
            JsonDocument.Parse(request.PostData!).RootElement.GetProperty("images")[0][14].EnumerateArray()
                .Max(p => p.GetInt32()), Is.GreaterThan(200));
        Assert.That((await page.ProbabilitiesAsync()).Values.Sum(), Is.EqualTo(1).Within(1e-5));
    }

    [Test]
    public async Task Label_WithMarkup_IsShownAsText()
    {
        await using var page = await OpenAsync(_server.Address);
        await page.ChooseAsync("hostile");
        await Expect(page.Page.Locator("#about")).ToContainTextAsync(Hostile);

        await page.DrawAsync((60, 60), (220, 220));

        Assert.That((await page.ProbabilitiesAsync()).Keys, Is.EquivalentTo(HostileLabels));
        await Expect(page.Page.Locator("#try img, #try script, #try b, main [onerror], main [onmouseover]"))
            .ToHaveCountAsync(0);
        Assert.That(await page.Page.EvaluateAsync<bool>("'injected' in window"), Is.False);
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Policy_MarkupFromText_IsRefusedByTheBrowser()
    {
        await using var page = await OpenAsync(_server.Address);

        Assert.That(
            await page.Page.EvaluateAsync<string>(
                "() => { try { document.body.innerHTML = '<b>x</b>'; return 'taken'; } catch (e) { return e.name; } }"),
                Is.EqualTo("TypeError"));
    }

    [TestCase(390, ColorScheme.Light)]
    [TestCase(390, ColorScheme.Dark)]
    [TestCase(1280, ColorScheme.Light)]
    [TestCase(1280, ColorScheme.Dark)]
    public async Task Layout_EveryModel_FitsItsWindowInItsColours(int width, ColorScheme scheme)
    {
        await using var page = await OpenAsync(_server.Address, width, scheme);
        foreach (var model in new[] { "digits", "hostile", "linear", "mixed", "text" })
        {
            await page.ChooseAsync(model);
            if (await page.Canvas.IsVisibleAsync())
            {
                await page.DrawAsync((60, 60), (220, 220));
                await page.ProbabilitiesAsync();
                await page.Page.GetByRole(AriaRole.Button, new() { Name = "Explain" }).ClickAsync();
                await Expect(page.Page.Locator("canvas.overlay")).ToBeVisibleAsync();
                Assert.That(await page.ViolationsAsync(), Is.Empty, model);
            }

            Assert.That(await page.OverflowAsync(), Is.Zero, model);
        }

        Assert.That(
            await page.BrightnessAsync("html"), scheme == ColorScheme.Light ? Is.GreaterThan(220) : Is.LessThan(40));
        Assert.That(
            await page.BrightnessAsync("#errors >> xpath=.."),
            scheme == ColorScheme.Light ? Is.GreaterThan(220) : Is.LessThan(50));
    }

    /// <summary>Presses Tab until an element has the focus.</summary>
    private static async Task TabToAsync(IPage page, string isIt)
    {
        for (var i = 0; i < 60; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<bool>($"({isIt})(document.activeElement)"))
            {
                Assert.That(
                    await page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"),
                    Is.EqualTo("solid"), "the focus can be seen");
                return;
            }
        }

        Assert.Fail($"sixty tabs did not reach {isIt}");
    }
}
