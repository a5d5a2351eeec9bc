using System.Text.Json;
using MaaS.Tabular.Learners;
using MaaS.Tabular.Learners.Linear;
using MaaS.Tabular.Pipelines;
using MaaS.Tabular.Tables;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MaaS.Serving.Tests.Page;

/// <summary>The form of a row in Chromium, on a server of models of tables.</summary>
public sealed class RowBrowserTests : BrowserFixture
{
    private ModelsFolder _models = null!;
    private TestServer _server = null!;

    [OneTimeSetUp]
    public async Task StartServer()
    {
        _models = new ModelsFolder();
        var random = new Random(4);
        var rows = Enumerable.Range(0, 300).Select(i => (
            Age: i % 15 == 0 ? double.NaN : 20 + random.Next(50),
            City: new[] { "Kyoto", "Nara", "Osaka" }[random.Next(3)],
            Member: random.Next(2), Since: 86400d * (18000 + random.Next(900)))).ToArray();
        var table = new Table(
        [
            new NumberColumn("age", [.. rows.Select(r => r.Age)]),
            new StringColumn("city <b>", [.. rows.Select((r, i) => i % 20 == 0 ? null : r.City)]),
            new NumberColumn("member", [.. rows.Select(r => (double)r.Member)], ColumnKind.Boolean),
            new NumberColumn("since", [.. rows.Select(r => r.Since)], ColumnKind.Date),
            new StringColumn("shop", [.. rows.Select((_, i) => $"shop {i % 60}")]),
            new StringColumn("churn", [.. rows.Select(r => r.Age > 45 != (r.Member == 1) ? "yes" : "no")]),
            new NumberColumn("spent", [.. rows.Select(r => (double.IsNaN(r.Age) ? 40 : r.Age) * 10 + r.Member)]),
        ]);
        await SaveAsync(table.Without("spent"), "churn", new LogisticRegression(), "churn");
        await SaveAsync(table.Without("churn"), "spent", new LinearRegression(), "spent");
        _server = await TestServer.StartAsync(o => o.ModelsPath = _models.Path);
    }

    [OneTimeTearDown]
    public async Task StopServer()
    {
        await _server.DisposeAsync();
        _models.Dispose();
    }

    [TestCase(1280, ColorScheme.Light)]
    [TestCase(390, ColorScheme.Dark)]
    public async Task Predict_RowOfTheForm_ShowsWhatTheServerSays(int width, ColorScheme scheme)
    {
        await using var page = await OpenAsync(new Uri(_server.Address, "#churn"), width, scheme);
        await page.Page.GetByLabel("age").FillAsync("60");
        await page.Page.GetByLabel("city <b>").SelectOptionAsync("Kyoto");
        await page.Page.GetByRole(AriaRole.Checkbox, new() { Name = "member" }).UncheckAsync();
        await page.Page.GetByLabel("since").FillAsync("2021-02-03");
        await page.Page.GetByLabel("shop").FillAsync("a new shop");

        var request = await page.Page.RunAndWaitForRequestAsync(
            () => page.Page.GetByRole(AriaRole.Button, new() { Name = "Predict" }).ClickAsync(),
            r => r.Url.Contains("/predict?model=churn", StringComparison.Ordinal));

        const string Row =
            """{"age":60,"city <b>":"Kyoto","member":false,"since":"2021-02-03","shop":"a new shop"}""";
        Assert.That(
            JsonElement.DeepEquals(
                JsonDocument.Parse(request.PostData!).RootElement.GetProperty("instances")[0],
                JsonDocument.Parse(Row).RootElement),
            request.PostData);
        var expected = (await _server.PostAsync("/predict?model=churn", $$"""{"instances":[{{Row}}]}"""))
            .GetProperty("predictions")[0];
        var shown = await page.ProbabilitiesAsync();
        Assert.That(
            new[] { shown["no"], shown["yes"] },
            Is.EqualTo(expected.GetProperty("probabilities").EnumerateArray().Select(p => p.GetDouble())));
        await Expect(page.Answer.Locator(".verdict strong"))
            .ToHaveTextAsync(expected.GetProperty("label").GetString()!);
        await Expect(page.Answer.Locator(".asked-text")).ToContainTextAsync("age 60, city <b> Kyoto, member false");
        Assert.That(await page.OverflowAsync(), Is.LessThanOrEqualTo(0));
        Assert.That(await page.ViolationsAsync(), Is.Empty);
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Predict_RowOfMissingValues_SendsNulls()
    {
        await using var page = await OpenAsync(new Uri(_server.Address, "#churn"));
        await page.Page.GetByLabel("age").FillAsync("");
        await page.Page.GetByLabel("city <b>").SelectOptionAsync("");
        await page.Page.GetByRole(AriaRole.Checkbox, new() { Name = "missing" }).CheckAsync();
        await Expect(page.Page.GetByRole(AriaRole.Checkbox, new() { Name = "member" })).ToBeDisabledAsync();
        await page.Page.GetByLabel("since").FillAsync("");
        await page.Page.GetByLabel("shop").FillAsync("");

        var request = await page.Page.RunAndWaitForRequestAsync(
            () => page.Page.Keyboard.PressAsync("Enter"),
            r => r.Url.Contains("/predict?model=churn", StringComparison.Ordinal));

        Assert.That(
            JsonDocument.Parse(request.PostData!).RootElement.GetProperty("instances")[0].EnumerateObject()
                .Select(p => p.Value.ValueKind),
            Has.Exactly(5).Items.And.All.EqualTo(JsonValueKind.Null));
        await Expect(page.Bars).ToHaveCountAsync(2);
        Assert.That(page.Faults, Is.Empty);
    }

    [Test]
    public async Task Predict_Number_ShowsItAndAnEarlierRowCanBePutBack()
    {
        await using var page = await OpenAsync(new Uri(_server.Address, "#spent"));
        var age = page.Page.GetByLabel("age");
        foreach (var asked in new[] { "30", "50" })
        {
            await age.FillAsync(asked);
            await age.PressAsync("Enter");
            await Expect(page.Answer.Locator(".asked-text")).ToContainTextAsync($"age {asked}");
        }

        var shown = double.Parse(
            await page.Answer.Locator(".verdict strong").InnerTextAsync(),
            System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(shown, Is.EqualTo(500).Within(5));
        await page.Page.Locator(".earlier details summary").ClickAsync();
        await page.Page.GetByRole(AriaRole.Button, new() { Name = "Put it back" }).ClickAsync();
        await Expect(age).ToHaveValueAsync("30");
        await Expect(age).ToBeFocusedAsync();
        Assert.That(page.Faults, Is.Empty);
    }

    private async Task SaveAsync(Table table, string label, ILearner learner, string name)
    {
        var model = TabularTrainer.Train(table, new TabularTrainerOptions
        {
            Label = label,
            Candidates = new Dictionary<string, ILearner> { [learner.Name] = learner },
            Folds = 2,
        });
        await model.SavePackageAsync(_models[$"{name}.maas"], name);
    }
}
