using MaaS.Registry.Runs;
using MaaS.Tests;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace MaaS.Registry.Tests.Runs;

[TestFixture("sqlite")]
[TestFixture("postgres")]
internal sealed class RunStoreTests(string database)
{
    private TemporaryFolder _folder = null!;
    private FakeTimeProvider _clock = null!;
    private RunStore _store = null!;
    private string _address = "";

    [SetUp]
    public async Task OpenStore()
    {
        _folder = new TemporaryFolder();
        _clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
        _address = database == "sqlite"
            ? $"sqlite:{_folder["registry.db"]}" : await PostgresServer.NewRegistryAsync(_folder["contents"]);
        _store = await RunStore.OpenAsync(_address, _clock);
    }

    [TearDown]
    public void RemoveFolder()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Test]
    public async Task EndAsync_Finished_KeepsAllThatWasLogged()
    {
        await File.WriteAllTextAsync(_folder["model.onnx"], "abc");
        await using (var run = await _store.StartAsync(new NewRun("digits")
        {
            Command = "maas train",
            Parameters = new Dictionary<string, string> { ["epochs"] = "5" },
            Data = new Dictionary<string, string> { ["name"] = "mnist" },
        }))
        {
            for (var step = 1; step <= 1000; step++)
            {
                run.Metric("loss", step, 1.0 / step);
            }

            run.Metric("accuracy", 1000, 0.5);
            run.Metric("accuracy", 2000, double.NaN);
            run.Parameter("epochs", "6");
            run.Tag("note", "a first try");
            run.Artifact(_folder["model.onnx"]);
            _clock.Advance(TimeSpan.FromSeconds(30));
            await run.EndAsync();
        }

        var record = (await _store.ListAsync()).Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(record.Outcome, Is.EqualTo(RunOutcome.Finished));
            Assert.That(record.Ended - record.Started, Is.EqualTo(TimeSpan.FromSeconds(30)));
            Assert.That(record.Values.Parameters, Is.EqualTo(new Dictionary<string, string> { ["epochs"] = "6" }));
            Assert.That(record.Values.Data["name"], Is.EqualTo("mnist"));
            Assert.That(record.Values.Tags["note"], Is.EqualTo("a first try"));
            Assert.That(record.Metrics, Is.EqualTo(new MetricSummary[]
            {
                new("accuracy", 2, 2000, null, 0.5, 0.5), new("loss", 1000, 1000, 0.001, 0.001, 1),
            }));
            Assert.That(
                record.Artifacts.Single(),
                Is.EqualTo(
                    new RunArtifact(
                        _folder["model.onnx"], "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3)));
        }

        var loss = await _store.MetricAsync(record.Id[..5], "loss");
        Assert.That(loss.Select(static p => p.Step), Is.EqualTo(Enumerable.Range(1, 1000)));
        Assert.That(
            loss.Select(static p => p.Value), Is.EqualTo(Enumerable.Range(1, 1000).Select(static s => 1.0 / s)));
    }

    [Test]
    public async Task GetAsync_ProcessThatWasNotHeardOf_ShowsAsKilled()
    {
        var run = await _store.StartAsync(new NewRun("digits"));
        Assert.That((await _store.GetAsync(run.Id)).Outcome, Is.EqualTo(RunOutcome.Running));
        Assert.That(
            () => _store.DeleteAsync(run.Id), Throws.InvalidOperationException.With.Message.Contains("is running"));

        // Another machine's clock: this process goes on, and nothing tells it that a minute has gone by.
        var later = await RunStore.OpenAsync(_address, new FakeTimeProvider(_clock.GetUtcNow().AddSeconds(61)));
        Assert.That((await later.GetAsync("digits")).Outcome, Is.EqualTo(RunOutcome.Killed));
        await later.DeleteAsync(run.Id);
        Assert.That(await later.ListAsync(), Is.Empty);
    }

    [Test]
    public async Task RunLog_WhileItRuns_BeatsAndWrites()
    {
        await using var run = await _store.StartAsync(new NewRun("digits"));
        run.Metric("loss", 1, 2.5);
        Assert.That(
            async () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(10));
                var record = await _store.GetAsync(run.Id);
                return (record.Outcome, record.Metrics.SingleOrDefault()?.Last);
            },
            Is.EqualTo((RunOutcome.Running, 2.5)).After(20_000, 50));
    }

    [Test]
    public async Task DisposeAsync_WithoutEnd_HasFailed()
    {
        await using (var run = await _store.StartAsync(new NewRun("digits")))
        {
            run.Metric("loss", 1, 1);
        }

        var record = await _store.GetAsync("digits");
        Assert.That((record.Outcome, record.Metrics.Count), Is.EqualTo((RunOutcome.Failed, 1)));
        Assert.That(record.Error, Does.Contain("did not say how it ended"));
    }

    [Test]
    public async Task GetAsync_UnknownOrAmbiguous_SaysWhatWasExpected()
    {
        Assert.That(
            () => _store.GetAsync("nothing"),
            Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("got 'nothing'"));
        for (var i = 0; i < 17; i++)
        {
            await using var run = await _store.StartAsync(new NewRun("many"));
            await run.EndAsync();
        }

        // Of seventeen identifiers at least two begin with the same digit.
        var digit = (await _store.ListAsync()).GroupBy(static r => r.Id[..1]).First(static g => g.Count() > 1).Key;
        Assert.That(
            () => _store.GetAsync(digit),
            Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("beginning of one identifier"));
        Assert.That((await _store.ListAsync(kind: "tune")), Is.Empty);
        Assert.That((await _store.ListAsync(most: 3)), Has.Count.EqualTo(3));
    }

    [Test]
    public async Task StartAsync_ManyAtOnce_LoseNothing()
    {
        const int Runs = 8, Steps = 2000;
        await Task.WhenAll(Enumerable.Range(0, Runs).Select(i => Task.Run(async () =>
        {
            var store = await RunStore.OpenAsync(_address);
            await using var run = await store.StartAsync(new NewRun($"run {i}"));
            for (var step = 0; step < Steps; step++)
            {
                run.Metric("loss", step, i);
            }

            await run.EndAsync(i % 2 == 0 ? RunOutcome.Finished : RunOutcome.Cancelled);
        })));

        var all = await _store.ListAsync();
        Assert.That(all.Select(static r => r.Metrics.Single().Count), Is.EqualTo(Enumerable.Repeat(Steps, Runs)));
        Assert.That(all.Count(static r => r.Outcome is RunOutcome.Cancelled), Is.EqualTo(Runs / 2));
    }

    [Test]
    public void GitState_OutsideACheckout_IsNone() => Assert.That(GitState.Of(Path.GetTempPath()), Is.Null);

    [Test]
    public void GitState_OfThisCheckout_IsAHash()
        // Null where the machine has no git, or the sources are no checkout.
        => Assert.That(
            GitState.Of(AppContext.BaseDirectory)?.Commit ?? new string('0', 40), Does.Match("^[0-9a-f]{40}$"));
}
