using MaaS.Registry.Studies;
using MaaS.Tests;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Time.Testing;

namespace MaaS.Registry.Tests.Studies;

/// <summary>What all stores have to keep to.</summary>
[TestFixture("memory")]
[TestFixture("sqlite")]
[TestFixture("postgres")]
internal sealed class StudyStoreTests(string kind)
{
    private static readonly ClaimRequest Any = new("machine:1", null, TimeSpan.FromMinutes(1), 2);

    private TemporaryFolder _folder = null!;
    private FakeTimeProvider _clock = null!;
    private IStudyStore _store = null!;
    private long _study;

    [SetUp]
    public async Task OpenAsync()
    {
        _folder = new TemporaryFolder();
        _clock = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        _store = kind switch
        {
            "memory" => new InMemoryStudyStore(_clock),
            "sqlite" => await StudyStore.OpenAsync($"sqlite:{_folder["studies.db"]}", _clock),
            _ => await StudyStore.OpenAsync(await PostgresServer.NewRegistryAsync(_folder.Path), _clock),
        };
        _study = (await _store.OpenAsync("s", "{}")).Id;
    }

    [TearDown]
    public void RemoveFolder()
    {
        SqliteConnection.ClearAllPools();
        _folder.Dispose();
    }

    [Test]
    public async Task OpenAsync_KnownName_KeepsTheFirstDefinition()
    {
        var again = await _store.OpenAsync("s", "other");
        Assert.That((again.Id, again.Definition), Is.EqualTo((_study, "{}")));
        Assert.That((await _store.OpenAsync("t", "other")).Id, Is.Not.EqualTo(_study));
        Assert.That(await _store.FindAsync("u"), Is.Null);
        Assert.That(() => _store.OpenAsync(" ", "{}"), Throws.ArgumentException);
        Assert.That(() => _store.ClaimAsync(77, Any), Throws.TypeOf<KeyNotFoundException>());
    }

    [Test]
    public async Task Trial_FromClaimToEnd_KeepsAllThatWasSaid()
    {
        var claim = await _store.ClaimAsync(_study, Any);
        Assert.That(claim.Trial!.Parameters, Is.Null);
        await _store.SetParametersAsync(
            claim.Hold!, new Dictionary<string, ParameterValue> { ["rate"] = 0.1, ["kind"] = "a \"b\"" });
        await _store.ReportAsync(claim.Hold!, 1, 0.5);
        await _store.ReportAsync(claim.Hold!, 2, double.NaN);
        await _store.ReportAsync(claim.Hold!, 2, double.PositiveInfinity);
        await _store.ReportAsync(claim.Hold!, 3, double.NaN);
        _clock.Advance(TimeSpan.FromSeconds(2));
        Assert.That(
            await _store.EndAsync(claim.Hold!, new TrialOutcome(
                TrialState.Complete, [0.1 + 0.2, -1e-300],
                Attributes: new Dictionary<string, ParameterValue> { ["seconds"] = 2 })),
            Is.True);

        var trial = (await _store.TrialsAsync(_study)).Single();
        Assert.That((trial.Number, trial.State, trial.Attempts), Is.EqualTo((0L, TrialState.Complete, 1)));
        Assert.That(trial.Parameters!["kind"].ToString(), Is.EqualTo("a \"b\""));
        Assert.That(trial.Parameters["rate"].Number, Is.EqualTo(0.1));
        Assert.That(trial.Values, Is.EqualTo(new[] { 0.1 + 0.2, -1e-300 }));
        Assert.That(trial.Reports[1], Is.EqualTo(0.5));
        Assert.That(trial.Reports[2], Is.EqualTo(double.PositiveInfinity));
        Assert.That(trial.Reports[3], Is.NaN);
        Assert.That(trial.Attributes["seconds"].Number, Is.EqualTo(2));
        Assert.That(trial.Ended - trial.Started, Is.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That(await _store.BeatAsync(claim.Hold!), Is.False, "it is over");
    }

    [Test]
    public async Task Claim_DeadWorker_IsRetriedOnceAndThenFailed()
    {
        var first = await _store.ClaimAsync(_study, Any);
        await _store.SetParametersAsync(first.Hold!, new Dictionary<string, ParameterValue> { ["x"] = 1 });
        await _store.ReportAsync(first.Hold!, 1, 9);
        _clock.Advance(TimeSpan.FromSeconds(61));

        var second = await _store.ClaimAsync(_study, Any with { Worker = "machine:2" });
        Assert.That((second.Trial!.Number, second.Trial.Attempts), Is.EqualTo((0L, 2)));
        Assert.That(second.Trial.Parameters!["x"].Number, Is.EqualTo(1), "the same trial");
        Assert.That((await _store.TrialsAsync(_study))[0].Reports, Is.Empty, "an earlier attempt's reports");
        Assert.That(await _store.BeatAsync(first.Hold!), Is.False);
        Assert.That(await _store.ReportAsync(first.Hold!, 1, 9), Is.False);
        Assert.That(await _store.EndAsync(first.Hold!, new TrialOutcome(TrialState.Complete, [1])), Is.False);

        _clock.Advance(TimeSpan.FromSeconds(61));
        var third = await _store.ClaimAsync(_study, Any);
        Assert.That(third.Trial!.Number, Is.EqualTo(1));
        var failed = (await _store.TrialsAsync(_study))[0];
        Assert.That((failed.State, failed.Note), Is.EqualTo(
            (TrialState.Failed, "its worker showed no life any more, the last of 2 attempts")));
        Assert.That(failed.IsAccident, "nobody's parameters killed it");
    }

    [Test]
    public async Task Beat_InTime_KeepsTheTrial()
    {
        var mine = await _store.ClaimAsync(_study, Any);
        for (var i = 0; i < 5; i++)
        {
            _clock.Advance(TimeSpan.FromSeconds(40));
            Assert.That(await _store.BeatAsync(mine.Hold!), Is.True);
        }

        Assert.That((await _store.ClaimAsync(_study, Any)).Trial!.Number, Is.EqualTo(1));
    }

    [Test]
    public async Task Release_Trial_WaitsAsIfNotBegun()
    {
        var mine = await _store.ClaimAsync(_study, Any);
        Assert.That(await _store.ReleaseAsync(mine.Hold!), Is.True);
        var again = await _store.ClaimAsync(_study, Any);
        Assert.That((again.Trial!.Number, again.Trial.Attempts), Is.EqualTo((0L, 1)));
    }

    [Test]
    public async Task Claim_AtTheLimit_GivesWaitingTrialsAndNoNewOnes()
    {
        var limited = Any with { MostTrials = 2 };
        var other = new Dictionary<string, ParameterValue> { ["x"] = 1 };
        var ended = new TrialOutcome(TrialState.Complete, [1]);
        await _store.AddAsync(_study, new NewTrial(other, "t#0", ended));
        await _store.AddAsync(_study, new NewTrial(other));
        Assert.That((await _store.ClaimAsync(_study, limited)).Trial!.Number, Is.EqualTo(1), "given, so first");
        var drawn = await _store.ClaimAsync(_study, limited);
        Assert.That(drawn.Trial!.Number, Is.EqualTo(2));
        Assert.That(await _store.ClaimAsync(_study, limited), Is.EqualTo(new TrialClaim(null, null, true)));
        await _store.EndAsync(drawn.Hold!, new TrialOutcome(TrialState.Pruned));
        _clock.Advance(TimeSpan.FromSeconds(61));
        Assert.That((await _store.ClaimAsync(_study, limited)).Trial!.Number, Is.EqualTo(1), "its worker is dead");
    }

    [Test]
    public async Task Add_WhatIsThere_IsAddedOnce()
    {
        var ended = new TrialOutcome(TrialState.Pruned, Note: null);
        async Task<(long, bool)> AddAsync(double x, string origin, TrialOutcome? outcome)
            => await _store.AddAsync(
                _study,
                new NewTrial(
                    new Dictionary<string, ParameterValue> { ["x"] = x }, origin, outcome,
                    outcome is null ? null : new Dictionary<long, double> { [1] = 0.5 }));

        Assert.That(await AddAsync(1, TrialRecord.Given, null), Is.EqualTo((0L, true)));
        Assert.That(await AddAsync(1, TrialRecord.Given, null), Is.EqualTo((0L, false)));
        Assert.That(await AddAsync(2, TrialRecord.Given, null), Is.EqualTo((1L, true)));
        Assert.That(await AddAsync(1, "t#4", ended), Is.EqualTo((2L, true)));
        Assert.That(await AddAsync(1, "t#4", ended), Is.EqualTo((2L, false)));
        Assert.That(await AddAsync(3, "t#4", ended), Is.EqualTo((3L, true)), "a study t of another store");
        var complete = new TrialOutcome(TrialState.Complete, [0.1]);
        Assert.That(await AddAsync(1, "t#4", complete), Is.EqualTo((4L, true)), "with another result");
        Assert.That(await AddAsync(1, "t#4", complete), Is.EqualTo((4L, false)));
        var taken = (await _store.TrialsAsync(_study))[2];
        Assert.That((taken.State, taken.IsTakenOver, taken.Reports[1]), Is.EqualTo((TrialState.Pruned, true, 0.5)));
    }

    [Test]
    public async Task Claim_ManyAtOnce_GivesEachTrialToOneWorker()
    {
        var claims = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Task.Run(
            () => _store.ClaimAsync(_study, Any with { Worker = $"machine:{i}", MostTrials = 20 }))));

        Assert.That(
            claims.Where(static c => c.Trial is not null).Select(static c => c.Trial!.Number).Order(),
            Is.EqualTo(Enumerable.Range(0, 20)));
        Assert.That(claims.Count(static c => c.OthersRun), Is.EqualTo(4));
    }

    [Test]
    public async Task End_ValuesThatDoNotFit_AreRefused()
    {
        var claim = await _store.ClaimAsync(_study, Any);
        Assert.That(
            () => _store.EndAsync(claim.Hold!, new TrialOutcome(TrialState.Complete, [double.NaN])),
            Throws.ArgumentException.With.Message.Contains("finite values"));
        Assert.That(
            () => _store.EndAsync(claim.Hold!, new TrialOutcome(TrialState.Complete)), Throws.ArgumentException);
        Assert.That(
            () => _store.EndAsync(claim.Hold!, new TrialOutcome(TrialState.Failed, [1])), Throws.ArgumentException);
    }
}
