using System.Text.Json;
using MaaS.Cli.Tests.Serving;
using MaaS.Core.Registry;
using MaaS.Registry.Versions;
using MaaS.Tests;

namespace MaaS.Cli.Tests.Registry;

/// <summary><c>maas registry</c>, and a server that follows it.</summary>
internal sealed class RegistryCommandTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public async Task MakePackages()
    {
        _folder = new TemporaryFolder();
        await ScalePackages.MakeAsync(_folder["one.maas"], "m", 1);
        await ScalePackages.MakeAsync(_folder["two.maas"], "m", 2);
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Registry_FromNothingToARollback_TellsWhatHappened()
    {
        Assert.That(
            await RunAsync("add", "one.maas", "--alias", "champion", "--tag", "team=vision"), Is.EqualTo("m/1\n"));
        Assert.That(await RunAsync("add", "two.maas", "--by", "ann"), Is.EqualTo("m/2\n"));
        await RunAsync("promote", "m@champion");
        await RunAsync("promote", "m", "--reason", "twice as good");
        Assert.That(await RunAsync("list"), Does.Match(@"m +2 +2 +2"));
        Assert.That(await RunAsync("show", "m@production"), Does.Contain("m/2").And.Contain("accuracy 0.2"));
        Assert.That(
            await RunAsync("diff", "m/1", "m/2"),
            Does.Match(@"metric accuracy +0\.1 +0\.2").And.Match(@"tag team +vision").And.Not.Contain("operator"));
        Assert.That(await RunAsync("rollback", "m"), Is.EqualTo("m/1\n"));
        Assert.That(
            await RunAsync("history", "m"),
            Does.Contain("ann: add 2").And.Contain("promote 2 production (was 1): twice as good").And.Contain(
                "rollback 1 production (was 2)"));
        await RunAsync("export", "m@champion", "-o", "back.maas");
        Assert.That(
            await File.ReadAllBytesAsync(_folder["back.maas"]),
            Is.EqualTo(await File.ReadAllBytesAsync(_folder["one.maas"])));

        var json = JsonDocument.Parse(await RunAsync("list", "m", "--json")).RootElement;
        Assert.That(
            json.EnumerateArray().Select(static v => v.GetProperty("stage").GetString()),
            Is.EqualTo(new[] { "production", "archived" }));
    }

    [Test]
    public async Task Import_FolderOfAServer_KeepsLabelsAsAliases()
    {
        await ServeProcess.RegisterAsync(_folder["models"]);
        await ServeProcess.RegisterAsync(_folder["models"]);
        await new ModelRegistry(_folder["models"]).SetLabelAsync("m", "stable", 1);

        Assert.That(await RunAsync("import", "models"), Is.EqualTo("m/1\nm/2\n"));
        Assert.That(await RunAsync("show", "m@stable"), Does.Contain("m/1").And.Contain("imported=m/1"));
    }

    [TestCase("expected one of the models", 1, "show", "nothing")]
    [TestCase("expected NAME, NAME/VERSION or NAME@ALIAS", 2, "show", "../x")]
    [TestCase("expected 'sqlite:FILE'", 2, "list", "--registry", "file.db")]
    [TestCase("expected NAME/VERSION", 2, "delete", "m")]
    public async Task Registry_BadInput_SaysWhatWasExpected(string expected, int code, params string[] arguments)
    {
        var (exit, _, error) = await CommandProcess.RunAsync(_folder.Path, ["registry", .. arguments]);
        Assert.That(exit, Is.EqualTo(code), error);
        Assert.That(error, Does.Contain(expected));
    }

    [Test]
    public async Task Serve_Registry_AnswersWithWhatIsInProduction()
    {
        await RunAsync("add", "one.maas");
        await RunAsync("add", "two.maas", "--alias", "candidate");
        await RunAsync("promote", "m/1");
        Directory.CreateDirectory(_folder["copies"]);
        using var server = await ServeProcess.StartAsync(
            _folder["copies"], "--registry", $"sqlite:{_folder["registry.db"]}");
        using var client = new HttpClient { BaseAddress = server.Address };
        Assert.That(await ServeProcess.AskAsync(client, "m", 3), Is.EqualTo(1), "production, not the newest");

        await RunAsync("promote", "m/2");
        Assert.That(async () => await ServeProcess.AskAsync(client, "m", 3), Is.EqualTo(2).After(30_000, 100));
        await RunAsync("rollback", "m");
        Assert.That(async () => await ServeProcess.AskAsync(client, "m", 3), Is.EqualTo(1).After(30_000, 100));
    }

    [Test]
    public async Task Registry_ContentsOnS3_DoesAllThatAFolderDoes()
    {
        using var s3 = await S3Server.StartAsync(ReadmeTests.RepoRoot);
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", S3Server.Key);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", S3Server.Secret);
        var address = $"sqlite:{_folder["registry.db"]};Contents={s3.Contents("team")}";
        Task<string> VerbAsync(params string[] arguments) => RunAsync([.. arguments, "--registry", address]);

        await VerbAsync("add", "one.maas");
        await VerbAsync("add", "two.maas");
        await VerbAsync("promote", "m/1");
        await VerbAsync("export", "m/1", "-o", "back.maas");
        Assert.That(
            await File.ReadAllBytesAsync(_folder["back.maas"]),
            Is.EqualTo(await File.ReadAllBytesAsync(_folder["one.maas"])));
        Assert.That(await VerbAsync("diff", "m/1", "m/2"), Does.Match(@"metric accuracy +0\.1 +0\.2"));
        await ServeProcess.RegisterAsync(_folder["models"]);
        Assert.That(await VerbAsync("import", "models"), Is.EqualTo("m/3\n"));
        await VerbAsync("delete", "m/3");
        await VerbAsync("gc");
        Assert.That(s3.Objects("team"), Has.Count.GreaterThan(3), "what versions refer to stays");
        Assert.That(Directory.Exists(_folder["registry.db-contents"]), Is.False);

        Directory.CreateDirectory(_folder["copies"]);
        using var server = await ServeProcess.StartAsync(_folder["copies"], "--registry", address);
        using var client = new HttpClient { BaseAddress = server.Address };
        Assert.That(await ServeProcess.AskAsync(client, "m", 3), Is.EqualTo(1));
        await VerbAsync("promote", "m/2");
        Assert.That(async () => await ServeProcess.AskAsync(client, "m", 3), Is.EqualTo(2).After(30_000, 100));
    }

    // Each process adds or promotes; every second one is killed at a random moment.
    [Test]
    public async Task Registry_ProcessesKilledAtRandom_LosesAndDoublesNothing()
    {
        var random = new Random(7);
        List<string> added = [];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 16), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, cancellationToken) =>
        {
            using var process = CommandProcess.Start(
                _folder.Path, "registry", "add", i % 2 == 0 ? "one.maas" : "two.maas");
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            int patience;
            lock (random)
            {
                patience = random.Next(50, 1500);
            }

            if (i % 2 == 0 && !process.WaitForExit(patience))
            {
                process.Kill();
            }

            await process.WaitForExitAsync(cancellationToken);
            var answered = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            lock (added)
            {
                added.AddRange(answered);
            }
        });

        var store = await ModelStore.OpenAsync($"sqlite:{_folder["registry.db"]}");
        var versions = await store.VersionsAsync("m");
        Assert.That(added, Is.Unique);
        Assert.That(versions.Select(static v => v.ToString()), Is.SupersetOf(added), "what was answered is there");
        Assert.That(
            versions.Select(static v => v.Version),
            Is.EqualTo(Enumerable.Range(1, versions.Count).Select(static v => (long)v)));
        Assert.That(
            (await store.HistoryAsync("m")).Select(static h => h.Version),
            Is.EqualTo(versions.Select(static v => (long?)v.Version)));
        foreach (var version in versions)
        {
            using var package = await store.OpenPackageAsync(version);   // Checks every file.
        }
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await CommandProcess.RunAsync(_folder.Path, ["registry", .. arguments]);
        Assert.That(code, Is.Zero, error);
        return output;
    }
}
