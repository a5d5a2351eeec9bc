using System.Globalization;
using System.Text.Json.Nodes;

namespace MaaS.Cli.Tests;

/// <summary>Studies as a user types them.</summary>
[NonParallelizable]
public sealed class TuneTests
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
            "--folds", "3", "--trials", "12", "--seed", "3", "-o", "rings.maas");
        Assert.That(code, Is.Zero, error);
        Assert.That(output, Does.Match(@"trial \d+ has the best accuracy, (1|0\.9\d+)\."));
        Assert.That(output, Does.Contain("on the rows held back, which nothing was chosen by: accuracy"));
        Assert.That(File.Exists(Path.Combine(_folder, "rings.maas")), Is.True);
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
    public async Task Tune_Table_LearnerThatDoesNotConverge_FailsItsTrialAlone()
    {
        // Two equal columns: the lasso shares the weight between them by steps that are too small.
        await File.WriteAllLinesAsync(
            Path.Combine(_folder, "twins.csv"),
            ["a,b,y", .. Enumerable.Range(0, 60).Select(static i => $"{i},{i},{(3 * i) + (i % 7)}")]);
        var (code, output, error) = await CommandProcess.RunAsync(
            _folder, "tune", "--task", "tabular", "--csv", "twins.csv", "--label", "y", "--predict", "numbers",
            "--folds", "2", "--repeats", "1", "--trials", "16", "--sampler", "random", "--json");
        Assert.That(code, Is.Zero, error);
        var trials = JsonNode.Parse(output)!["trials"]!.AsArray();
        Assert.That(trials, Has.Count.EqualTo(16));
        Assert.That(
            trials.Where(static t => (string)t!["state"]! == "failed").Select(static t => (string)t!["note"]!),
            Is.Not.Empty.And.All.Contains("no convergence"));
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
}
