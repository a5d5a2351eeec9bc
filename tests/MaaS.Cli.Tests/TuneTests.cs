using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MaaS.Core.Packages;
using MaaS.Tests;

namespace MaaS.Cli.Tests;

/// <summary>Studies as a user types them.</summary>
[NonParallelizable]
public sealed partial class TuneTests
{
    private string _folder = "";

    [OneTimeSetUp]
    public async Task MakeFolder()
    {
        _folder = Directory.CreateTempSubdirectory("maas-tune-cli-").FullName;
        var random = new Random(4);
        await File.WriteAllLinesAsync(
            Path.Combine(_folder, "rings.csv"),
            ["a,b,y", .. Enumerable.Range(0, 160).Select(_ =>
            {
                var (a, b) = ((random.NextDouble() * 4) - 2, (random.NextDouble() * 4) - 2);
                return string.Create(
                    CultureInfo.InvariantCulture, $"{a:f3},{b:f3},{((a * a) + (b * b) < 2 ? "in" : "out")}");
            })]);
    }

    [OneTimeTearDown]
    public void Delete() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task Tune_Images_GoesOnWithAStudyAndSaysHowToTrain()
    {
        string[] command =
        [
            "tune", "--data", "mnist", "--model", "mlp", "--epochs", "2", "--threads", "1", "--search",
            "learning-rate=1e-5..1e-1:log", "--search", "optimizer=adam,sgd", "--search",
            "momentum=0.0..0.95 when optimizer=sgd", "--pruner", "hyperband", "--study", "sqlite:tune.db", "--name",
            "digits",
        ];
        var (code, output, error) = await CommandProcess.RunAsync(_folder, [.. command, "--trials", "3"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("trial 2: ").And.Contain("maas train --data mnist --model mlp --epochs 2"));

        (code, output, error) = await CommandProcess.RunAsync(
            _folder, [.. command, "--trials", "6", "--json", "--report", "tune.html"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(error, Does.Not.Contain("trial 2:").And.Contain("trial 3: "), "the first three are not run again");
        var study = JsonNode.Parse(output)!;
        var trials = study["trials"]!.AsArray();
        Assert.That(trials, Has.Count.EqualTo(6));
        var best = trials[(int)study["best"]![0]!]!;
        Assert.That(
            (double)best["values"]![0]!,
            Is.EqualTo(
                trials.Where(static t => (string)t!["state"]! == "complete")
                    .Min(static t => (double)t!["values"]![0]!)));
        var page = await File.ReadAllTextAsync(Path.Combine(_folder, "tune.html"));
        Assert.That(page, Does.Contain("Parallel coordinates").And.Not.Contain("<script"));

        (code, output, error) = await CommandProcess.RunAsync(
            _folder, [.. command[..^1], "more", "--trials", "1", "--take-over", "digits"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Match("6 trials of 'digits' taken over, 0 left out"));

        (code, _, error) = await CommandProcess.RunAsync(
            _folder, [.. command.Select(static w => w == "2" ? "3" : w), "--trials", "7"]);
        Assert.That(code, Is.EqualTo(1), "other epochs are another study");
        Assert.That(error, Does.Contain("the subject that it was begun with"));
    }

    [Test]
    public async Task Tune_Table_FindsALearnerAndWritesItsPackage()
    {
        var (code, output, error) = await CommandProcess.RunAsync(
            _folder, "tune", "--task", "tabular", "--csv", "rings.csv", "--label", "y", "--metric", "accuracy",
            "--folds", "3", "--trials", "12", "--seed", "3", "--schema", "rings.json", "-o", "rings.maas");
        Assert.That(code, Is.Zero, error);
        var trials = TrialLine().Matches(output).ToDictionary(
            static m => m.Groups["number"].Value,
            static m => (
                Accuracy: double.Parse(m.Groups["value"].Value, CultureInfo.InvariantCulture),
                Learner: m.Groups["learner"].Value));
        var best = trials[BestTrial().Match(output).Groups["number"].Value];
        Assert.That(trials, Has.Count.EqualTo(12));
        Assert.That(best.Accuracy, Is.EqualTo(trials.Values.Max(static t => t.Accuracy)));
        Assert.That(trials.Values.Min(static t => t.Accuracy), Is.LessThan(best.Accuracy), "there was a choice");

        // 0.6 of the rows are outside of the ring.
        Assert.That(
            double.Parse(HeldBack().Match(output).Groups["value"].Value, CultureInfo.InvariantCulture),
            Is.GreaterThan(0.75));
        var path = Path.Combine(_folder, "rings.maas");
        using var package = await ModelPackage.OpenAsync(path);
        Assert.That(package.Manifest.Lineage!.Hyperparameters!["candidate"], Is.EqualTo(best.Learner));
        Assert.That(output, Does.Contain($"maas serve --models {path}"));
        var schema = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "rings.json")))!;
        Assert.That(
            schema["columns"]!.AsArray().Select(static c => (string)c!["name"]!), Is.EqualTo(new[] { "a", "b", "y" }));
    }

    // The server takes any password; what is looked at is what stays of it.
    [Test]
    public async Task Tune_QueryOfADatabase_KeepsNoPassword()
    {
        await PostgresServer.StartAsync();
        try
        {
            var address = (await PostgresServer.NewRegistryAsync("unused")).Split(";Contents")[0];
            using var kept = new TemporaryFolder();
            string[] command =
            [
                "tune", "--task", "tabular", "--label", "y", "--folds", "2", "--repeats", "1", "--sampler", "random",
                "--study", "sqlite:study.db", "--name", "rows", "--registry", "sqlite:runs.db", "--report", "page.html",
                "--sql", "SELECT i % 7 AS a, i * 5 % 11 AS b, i % 7 < 3 AS y FROM generate_series(1, 80) AS s(i)",
            ];
            foreach (var (password, trials) in new[] { ("PSW=open sesame", "1"), ("Password=\"sesame;\"", "2") })
            {
                var (code, output, error) = await CommandProcess.RunAsync(
                    kept.Path, [.. command, "--trials", trials, "--database", $"{address};{password}"]);
                Assert.That(code, Is.Zero, error);
                Assert.That(output + error, Does.Not.Contain("sesame"));
                Assert.That(output, Does.Contain($"trial {int.Parse(trials, CultureInfo.InvariantCulture) - 1}: "));
            }

            var files = Directory.EnumerateFiles(kept.Path, "*", SearchOption.AllDirectories)
                .ToDictionary(static f => Path.GetFileName(f), f => File.ReadAllText(f, Encoding.Latin1));
            IEnumerable<string> Holding(string text)
                => files.Where(f => f.Value.Contains(text, StringComparison.Ordinal)).Select(static f => f.Key);
            Assert.That(files.Keys, Is.SupersetOf(new[] { "study.db", "runs.db", "page.html" }));
            Assert.That(Holding("postgres:Host=127.0.0.1;Port="), Does.Contain("study.db"));
            Assert.That(Holding("sesame"), Is.Empty);
        }
        finally
        {
            await PostgresServer.StopAsync();
        }
    }

    [Test]
    public async Task Tune_Table_TakesLearnersThatSuitTheColumnsThatAreLearnedFrom()
    {
        // 14 columns vary and 2 do not: linear learners try products of up to 15.
        await File.WriteAllLinesAsync(
            Path.Combine(_folder, "wide.csv"),
            [
                $"{string.Join(',', Enumerable.Range(0, 16).Select(static c => $"c{c}"))},y",
                .. Enumerable.Range(0, 40).Select(static i =>
                    $"{string.Join(',', Enumerable.Range(0, 14).Select(c => i * (c + 7) % 41))},1,1,{"ab"[i % 2]}"),
            ]);
        var (code, output, error) = await CommandProcess.RunAsync(
            _folder, "tune", "--task", "tabular", "--csv", "wide.csv", "--label", "y", "--folds", "2", "--repeats", "1",
            "--trials", "1", "--sampler", "random", "--json");
        Assert.That(code, Is.Zero, error);
        Assert.That(
            JsonNode.Parse(output)!["space"]!.AsArray().Select(static p => (string)p!),
            Has.Some.StartsWith("logistic-regression.products="));
    }

    [Test]
    public async Task Tune_Registry_KeepsTheStudyAsARun()
    {
        string[] command =
        [
            "tune", "--task", "tabular", "--csv", "rings.csv", "--label", "y", "--folds", "2", "--repeats", "1",
            "--sampler", "random", "--study", "sqlite:kept.db",
        ];
        var (code, output, error) = await CommandProcess.RunAsync(
            _folder, [.. command, "--trials", "4", "--json", "-o", "kept.maas", "--registry", "sqlite:runs.db"]);
        Assert.That(code, Is.Zero, error);
        var study = JsonNode.Parse(output)!;
        var best = study["trials"]![(int)study["best"]![0]!]!;

        (code, output, error) = await CommandProcess.RunAsync(
            _folder, "runs", "show", "rings", "--registry", "sqlite:runs.db");
        Assert.That(code, Is.Zero, error);
        Assert.That(
            output,
            Does.Contain("finished").And.Contain($"best/learner = {best["parameters"]!["learner"]}")
                .And.Match(@"tag +study = tune: 4 trials").And.Match(@"metric +best/log-loss ")
                .And.Match(@"metric +trial/log-loss .* 4 values").And.Match(@"metric +test/accuracy ")
                .And.Match(@"file +\S*kept\.maas"));

        // Where a run is kept is not what is tuned: without it the study is the same.
        (code, output, error) = await CommandProcess.RunAsync(_folder, [.. command, "--trials", "5"]);
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Contain("trial 4: ").And.Not.Contain("trial 3: ").And.Contain("5 trials"));
    }

    [Test]
    public async Task Tune_StudyThatDoesNotAnswer_IsAFailedRunWithoutItsPassword()
    {
        var (code, _, error) = await CommandProcess.RunAsync(
            _folder, "tune", "--task", "tabular", "--csv", "rings.csv", "--label", "y", "--name", "away", "--study",
            "postgres:Host=127.0.0.1;Port=1;Username=maas;Password=open sesame;Database=maas", "--registry",
            "sqlite:runs.db");
        Assert.That(code, Is.EqualTo(1), error);
        (code, var shown, error) = await CommandProcess.RunAsync(
            _folder, "runs", "show", "away", "--json", "--registry", "sqlite:runs.db");
        Assert.That(code, Is.Zero, error);
        Assert.That(
            shown, Does.Contain("failed").And.Contain("\"--study\": \"postgres:").And.Not.Contain("sesame"));
    }

    [Test]
    public async Task Tune_TwoObjectives_ShowsTheFront()
    {
        var (code, output, error) = await CommandProcess.RunAsync(
            _folder, "tune", "--task", "tabular", "--csv", "rings.csv", "--label", "y", "--folds", "3", "--trials",
            "12", "--objective", "log-loss", "--objective", "seconds", "--report", "front.html", "--sampler", "random");
        Assert.That(code, Is.Zero, error);
        Assert.That(
            output, Does.Contain("on the front of minimize log-loss and minimize seconds").And.Match(
                @"trial +log-loss +seconds +parameters"));
        Assert.That(
            await File.ReadAllTextAsync(Path.Combine(_folder, "front.html")), Does.Contain("Pareto front"));
    }

    [GeneratedRegex(
        @"^trial (?<number>\d+): accuracy (?<value>\S+); learner=(?<learner>[\w-]+)", RegexOptions.Multiline)]
    private static partial Regex TrialLine();

    [GeneratedRegex(@"trial (?<number>\d+) has the best accuracy")]
    private static partial Regex BestTrial();

    [GeneratedRegex(@"which nothing was chosen by: accuracy (?<value>\d\.\d+)")]
    private static partial Regex HeldBack();
}
