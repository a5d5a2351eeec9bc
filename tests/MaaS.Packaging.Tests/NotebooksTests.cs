using System.Text.Json;
using static MaaS.Packaging.Tests.LocalFeed;

namespace MaaS.Packaging.Tests;

/// <summary>Runs the notebooks in .NET Interactive's own kernel, with the packages of this build.</summary>
[NonParallelizable]
public sealed class NotebooksTests
{
    private const long MaxBytes = 300_000;

    private static IEnumerable<string> Notebooks
        => Directory.EnumerateFiles(Path.Combine(RepoRoot, "samples", "notebooks"), "*.ipynb")
        .Select(static p => Path.GetFileNameWithoutExtension(p)).Order();

    private string _folder = "";

    // A folder without the repository above it: its own settings name the packages.
    [OneTimeSetUp]
    public void MakeFolder()
    {
        _folder = Directory.CreateDirectory(Path.Combine(Folder, "notebooks")).FullName;
        File.WriteAllText(Path.Combine(_folder, "NuGet.config"), $"""
            <configuration>
              <packageSources>
                <add key="packed" value="{Folder}" />
                <add key="maas-local" value="{RepoRoot}artifacts/feed" />
              </packageSources>
            </configuration>
            """);
    }

    [TestCaseSource(nameof(Notebooks))]
    public void Run_WithThesePackages_EveryCellSucceedsAndShowsWhatItShould(string name)
    {
        if (!File.Exists(Path.Combine(RepoRoot, "artifacts", "notebooks", "dotnet-interactive")))
        {
            Assert.Ignore(
                "The package feed does not serve the kernel, Microsoft.dotnet-interactive "
                    + "(eng/steps/test-packages.sh).");
        }

        File.Copy(PathOf(name), Path.Combine(_folder, $"{name}.ipynb"));
        Run(
            _folder, Path.Combine(RepoRoot, "eng", "notebook.py"), $"{name}.ipynb", "--maas", PackageVersion,
            "--set", "epochs=1", "--set", "every=10");   // For the time; the committed outputs are of the whole.
        AssertShows(Path.Combine(_folder, $"{name}.ipynb"));
    }

    [TestCaseSource(nameof(Notebooks))]
    public void Committed_Notebook_ShowsItsOutputsAndNothingOfTheMachine(string name)
    {
        AssertShows(PathOf(name));
        Assert.That(new FileInfo(PathOf(name)).Length, Is.LessThan(MaxBytes));
        Assert.That(File.ReadAllText(PathOf(name)), Does.Not.Match("/root|/home|/tmp|127\\.0\\.0\\.1|<script"));
    }

    // All cells ran in order, none failed; the curve, the reports and the server's answer are there.
    private static void AssertShows(string path)
    {
        using var notebook = JsonDocument.Parse(File.ReadAllBytes(path));
        var cells = notebook.RootElement.GetProperty("cells").EnumerateArray()
            .Where(static c => c.GetProperty("cell_type").GetString() == "code").ToArray();
        Assert.That(
            cells.Select(static c => c.GetProperty("execution_count").ToString()),
            Is.EqualTo(Enumerable.Range(1, cells.Length).Select(static n => $"{n}")), path);

        var outputs = cells.ToDictionary(
            static c => c.GetProperty("id").GetString()!,
            static c => c.GetProperty("outputs").EnumerateArray().ToArray());
        Assert.That(
            outputs.Values.SelectMany(static o => o).Select(static o => o.GetProperty("output_type").GetString()),
            Does.Not.Contain("error"));
        Assert.That(Html(outputs["train"]), Does.Contain("alt=\"loss by epoch\""));
        Assert.That(Html(outputs["evaluate"]), Does.Contain("precision").And.Contains("actual ↓ predicted →"));
        Assert.That(Html(outputs["int8"]), Does.Match("(accepted|refused): "));   // Either may be right.
        Assert.That(Text(outputs["serve"]), Does.StartWith("200 {\"predictions\":[{\"label\":"));
    }

    private static string PathOf(string name) => Path.Combine(RepoRoot, "samples", "notebooks", $"{name}.ipynb");

    private static string Html(JsonElement[] outputs) => Joined(
        outputs.Where(static o => o.TryGetProperty("data", out _))
            .Select(static o => o.GetProperty("data").GetProperty("text/html")));

    private static string Text(JsonElement[] outputs)
        => Joined(outputs.Where(static o => o.TryGetProperty("text", out _)).Select(static o => o.GetProperty("text")));

    // The format allows a text and a list of its lines.
    private static string Joined(IEnumerable<JsonElement> texts) => string.Concat(texts.Select(static t =>
        t.ValueKind == JsonValueKind.Array
            ? string.Concat(t.EnumerateArray().Select(static l => l.GetString())) : t.GetString()));
}
