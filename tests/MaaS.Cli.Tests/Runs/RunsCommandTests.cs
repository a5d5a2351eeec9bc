using System.Text.Json;
using MaaS.Tests;

namespace MaaS.Cli.Tests.Runs;

/// <summary>Verbs that keep what they do, and <c>maas runs</c>.</summary>
[NonParallelizable]
internal sealed class RunsCommandTests
{
    private TemporaryFolder _folder = null!;

    [OneTimeSetUp]
    public async Task Train()
    {
        _folder = new TemporaryFolder();
        await File.WriteAllLinesAsync(
            _folder["words.csv"],
            [
                "text,label",
                .. Enumerable.Range(0, 120).Select(static i => $"{(i % 2 == 0 ? "red" : "blue")} n{i},{i % 2}"),
            ]);
        foreach (var rate in new[] { "0.01", "0.001" })
        {
            await RunAsync(0, [.. Training, "--learning-rate", rate, "-o", $"m{rate}.safetensors"]);
        }
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    private static string[] Training =>
    [
        "train", "--csv", "words.csv", "--model", "textcnn", "--width", "8", "--vocabulary", "60", "--epochs", "3",
        "--batch-size", "8", "--registry", "sqlite:runs.db",
    ];

    [Test]
    public async Task Show_Training_TellsWhatItDependedOnAndWhatCameOfIt()
    {
        var shown = await RunAsync(0, "runs", "show", "words", "--registry", "sqlite:runs.db");
        Assert.That(
            shown,
            Does.Contain("outcome      finished").And.Contain("--learning-rate = 0.001")
                .And.Contain("training/LearningRate = 0.001").And.Contain("fingerprint = ")
                .And.Match(@"metric +test/f1 \d").And.Match(@"metric +train/loss .* 3 values").And.Match(
                    @"file +\S*m0\.001\.safetensors"));

        var json = JsonDocument.Parse(
            await RunAsync(0, "runs", "list", "--kind", "train", "--json", "--registry", "sqlite:runs.db"));
        Assert.That(
            json.RootElement.EnumerateArray().Select(static r => r.GetProperty("outcome").GetString()),
            Is.EqualTo(new[] { "finished", "finished" }));
    }

    [Test]
    public async Task Compare_TwoTrainings_NamesWhatDiffersAndLaysTheirCurvesOverEachOther()
    {
        using var list = JsonDocument.Parse(
            await RunAsync(0, "runs", "list", "--kind", "train", "--json", "--registry", "sqlite:runs.db"));
        var ids = list.RootElement.EnumerateArray().Select(static r => r.GetProperty("id").GetString()!).ToArray();
        var compared = await RunAsync(
            0, ["runs", "compare", .. ids, "--report", "page.html", "--registry", "sqlite:runs.db"]);

        Assert.That(
            compared,
            Does.Match(@"--learning-rate +0\.001 +0\.01").And.Match(@"test/f1 ").And.Not.Contain("--epochs"));
        var page = await File.ReadAllTextAsync(_folder["page.html"]);
        Assert.That(
            page, Does.Contain("<svg").And.Contain("train/loss").And.Not.Contain("src=").And.Not.Contain("href=")
            .And.Not.Contain("<script"));
        Assert.That(page.Split("<polyline").Length - 1, Is.GreaterThanOrEqualTo(4), "two lines in each picture");
    }

    [Test]
    public async Task Train_ThatFailsOrIsRefused_ShowsAsFailedOrNotAtAll()
    {
        await RunAsync(1, [.. Training, "--learning-rate", "1e30", "-o", "diverged.safetensors"]);
        await RunAsync(2, [.. Training, "--positive", "green", "-o", "refused.safetensors"]);

        using var list = JsonDocument.Parse(
            await RunAsync(0, "runs", "list", "--json", "--registry", "sqlite:runs.db"));
        var failed = list.RootElement.EnumerateArray()
            .Where(static r => r.GetProperty("outcome").GetString() != "finished").ToArray();
        Assert.That(failed.Select(static r => r.GetProperty("outcome").GetString()), Is.EqualTo(new[] { "failed" }));
        Assert.That(failed[0].GetProperty("error").GetString(), Does.Contain("finite"));
        var id = failed[0].GetProperty("id").GetString()!;
        Assert.That(
            await RunAsync(0, "runs", "delete", id[..6], "--registry", "sqlite:runs.db"), Does.Contain("deleted"));
    }

    [TestCase("expected 'sqlite:FILE'", 2, "train", "--registry", "file.db")]
    [TestCase("got 'nothing'", 1, "runs", "show", "nothing", "--registry", "sqlite:runs.db")]
    [TestCase("--most: expected at least 1", 2, "runs", "list", "--most", "0", "--registry", "sqlite:runs.db")]
    public async Task Runs_BadInput_SaysWhatWasExpected(string expected, int code, params string[] arguments)
    {
        var (exit, _, error) = await CommandProcess.RunAsync(_folder.Path, arguments);
        Assert.That(exit, Is.EqualTo(code), error);
        Assert.That(error, Does.Contain(expected));
    }

    private async Task<string> RunAsync(int expected, params string[] arguments)
    {
        var (exit, output, error) = await CommandProcess.RunAsync(_folder.Path, arguments);
        Assert.That(exit, Is.EqualTo(expected), output + error);
        return output;
    }
}
