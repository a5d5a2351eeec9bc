using MaaS.Registry.Studies;
using MaaS.Training.Tuning;
using MaaS.Training.Tuning.Pruning;
using MaaS.Training.Tuning.Sampling;
using MaaS.Training.Tuning.Spaces;
using Microsoft.Extensions.Time.Testing;

namespace MaaS.Training.Tests.Tuning;

internal sealed class StudyTests
{
    private static readonly SearchSpace Space = new SearchSpace().Float("x", -5, 5);
    private static readonly StudyOptions Random = new() { Sampler = new RandomSampler() };

    [Test]
    public async Task AskAndComplete_ByHand_KeepsValuesAndNotes()
    {
        var study = await Study.OpenAsync(Space);
        var trial = (await study.AskAsync(mostTrials: 1))!;
        trial.Note("seconds", 1.5);
        Assert.That(
            () => trial.CompleteAsync([1, 2]), Throws.ArgumentException.With.Message.Contains("minimize loss"));
        Assert.That(await trial.CompleteAsync(trial.Float("x")), Is.True);
        Assert.That(await study.AskAsync(mostTrials: 1), Is.Null);

        var best = (await study.ResultAsync()).Best!;
        Assert.That(best.Values![0], Is.EqualTo(best.Parameters!["x"].Number));
        Assert.That(best.Attributes["seconds"].Number, Is.EqualTo(1.5));
        Assert.That(() => trial.Float("y"), Throws.TypeOf<KeyNotFoundException>().With.Message.Contains("[x]"));
    }

    [Test]
    public async Task OpenAsync_OtherSpaceObjectiveOrSubject_IsRefused()
    {
        var store = new InMemoryStudyStore();
        await Study.OpenAsync(Space, Random with { Subject = "a" }, store);

        Assert.That(
            () => Study.OpenAsync(new SearchSpace().Float("x", -5, 6), Random with { Subject = "a" }, store),
            Throws.ArgumentException.With.Message.Contains("[x=-5.0..5.0], got [x=-5.0..6.0]"));
        Assert.That(
            () => Study.OpenAsync(Space, Random with { Subject = "b" }, store),
            Throws.ArgumentException.With.Message.Contains("the subject"));
        Assert.That(
            () => Study.OpenAsync(
                Space, Random with { Subject = "a", Objectives = [new("loss", Direction.Maximize)] }, store),
            Throws.ArgumentException.With.Message.Contains("the objectives"));
        Assert.That(await Study.OpenAsync(Space, new() { Subject = "a", Seed = 9 }, store), Is.Not.Null);
    }

    [Test]
    public async Task Optimize_InterruptedAndResumed_DrawsWhatOneRunDraws()
    {
        var whole = await (await Study.OpenAsync(Space)).OptimizeAsync(SquareAsync, new() { Trials = 30 });

        var store = new InMemoryStudyStore();
        using var stop = new CancellationTokenSource();
        var study = await Study.OpenAsync(Space, store: store);
        Assert.That(
            () => study.OptimizeAsync(
                async (trial, token) =>
                {
                    if (trial.Number == 17)
                    {
                        await stop.CancelAsync();
                        token.ThrowIfCancellationRequested();
                    }

                    return await SquareAsync(trial, token);
                },
                new OptimizeOptions { Trials = 30 }, cancellationToken: stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That((await study.TrialsAsync())[17].State, Is.EqualTo(TrialState.Waiting));

        var resumed = await (await Study.OpenAsync(Space, store: store)).OptimizeAsync(
            SquareAsync, new OptimizeOptions { Trials = 30 });
        Assert.That(
            resumed.Trials.Select(static t => t.Values![0]), Is.EqualTo(whole.Trials.Select(static t => t.Values![0])));
        Assert.That(resumed.Trials.All(static t => t.Attempts == 1), Is.True);
    }

    [Test]
    public async Task Optimize_GivenAndTakenOver_AreKnownToTheStudy()
    {
        var store = new InMemoryStudyStore();
        var first = await Study.OpenAsync(Space, Random with { Name = "first" }, store);
        await first.OptimizeAsync(SquareAsync, new OptimizeOptions { Trials = 12 });

        var narrow = await Study.OpenAsync(
            new SearchSpace().Float("x", 0, 5), Random with { Name = "second" }, store);
        var (taken, leftOut) = await narrow.TakeOverAsync("first");
        Assert.That(taken + leftOut, Is.EqualTo(12));
        Assert.That(taken, Is.InRange(1, 11));
        Assert.That((await narrow.TakeOverAsync("first")).Taken, Is.Zero, "once is enough");
        await narrow.EnqueueAsync(new Dictionary<string, ParameterValue> { ["x"] = 2 });
        await narrow.EnqueueAsync(new Dictionary<string, ParameterValue> { ["x"] = 2 });
        var result = await narrow.OptimizeAsync(SquareAsync, new OptimizeOptions { Trials = 3 });

        Assert.That(result.Trials, Has.Count.EqualTo(taken + 3));
        Assert.That(result.Best!.Values![0], Is.Zero);
        Assert.That(
            () => narrow.EnqueueAsync(new Dictionary<string, ParameterValue> { ["x"] = -2 }),
            Throws.ArgumentException.With.Message.Contains("got '-2'"));
        Assert.That(() => narrow.TakeOverAsync("third"), Throws.TypeOf<KeyNotFoundException>());
    }

    [Test]
    public async Task TakeOver_StudiesOfOneNameInTwoStores_AddsTheTrialsOfBoth()
    {
        var (here, there) = (new InMemoryStudyStore(), new InMemoryStudyStore());
        foreach (var (store, seed) in new[] { (here, 1), (there, 2) })
        {
            var first = await Study.OpenAsync(Space, Random with { Name = "first", Seed = seed }, store);
            await first.OptimizeAsync(SquareAsync, new OptimizeOptions { Trials = 5 });
        }

        var study = await Study.OpenAsync(Space, Random with { Name = "second" }, here);
        Assert.That(await study.TakeOverAsync("first"), Is.EqualTo((5, 0)));
        Assert.That(await study.TakeOverAsync("first", there), Is.EqualTo((5, 0)), "none of them is known");
        Assert.That(await study.TakeOverAsync("first", there), Is.EqualTo((0, 0)), "once is enough");
        Assert.That(
            () => study.TakeOverAsync("second"),
            Throws.ArgumentException.With.Message.Contains("expected another study to take over"));
        Assert.That(await study.TrialsAsync(), Has.Count.EqualTo(10));
    }

    [Test]
    public async Task Optimize_Budget_StopsTheTrialThatRunsAndKeepsIt()
    {
        var clock = new FakeTimeProvider();
        var study = await Study.OpenAsync(Space, Random with { Clock = clock });
        var result = await study.OptimizeAsync(
            async (trial, token) =>
            {
                if (trial.Number < 3)
                {
                    return 1;
                }

                clock.Advance(TimeSpan.FromMinutes(2));
                await new TaskCompletionSource().Task.WaitAsync(token);
                return 2;
            },
            new OptimizeOptions { Budget = TimeSpan.FromMinutes(1) });

        Assert.That(
            result.Trials.Select(static t => t.State),
            Is.EqualTo(new[]
            {
                TrialState.Complete, TrialState.Complete, TrialState.Complete, TrialState.Waiting,
            }));
    }

    [Test]
    public async Task Optimize_Patience_EndsAfterSoManyTrialsWithoutABetterOne()
    {
        var study = await Study.OpenAsync(Space, Random);
        var result = await study.OptimizeAsync(
            static (trial, _) => Task.FromResult((double)Math.Abs(trial.Number - 6)),
            new OptimizeOptions { Patience = 4 });
        Assert.That(result.Trials, Has.Count.EqualTo(11));
        Assert.That(result.Best!.Number, Is.EqualTo(6));
        Assert.That(
            () => study.OptimizeAsync(SquareAsync, new OptimizeOptions()),
            Throws.ArgumentException.With.Message.Contains("it would never end"));
    }

    [Test]
    public async Task Optimize_SobolWithoutALimit_IsRefusedAsABillionTrialsAreNone()
    {
        var study = await Study.OpenAsync(Space, Random with { Sampler = new SobolSampler() });
        using var stop = new CancellationTokenSource();
        Assert.That(
            () => study.OptimizeAsync(
                async (trial, token) =>
                {
                    await stop.CancelAsync();    // Otherwise this test would not end where the study does not.
                    return await SquareAsync(trial, token);
                },
                new OptimizeOptions(), cancellationToken: stop.Token),
            Throws.ArgumentException.With.Message.Contains("it would never end"));
    }

    [Test]
    public async Task Optimize_Failures_FailTheirTrialAndEndTheStudyUnlessTolerated()
    {
        static Task<double> FailAtTwo(Trial trial, CancellationToken token) => trial.Number switch
        {
            2 => throw new InvalidDataException("no good"),
            3 => Task.FromResult(double.NaN),
            _ => SquareAsync(trial, token),
        };

        var study = await Study.OpenAsync(Space, Random);
        Assert.That(
            () => study.OptimizeAsync(FailAtTwo, new OptimizeOptions { Trials = 6 }),
            Throws.TypeOf<InvalidDataException>());
        var result = await study.OptimizeAsync(
            FailAtTwo, new OptimizeOptions { Trials = 6, Tolerates = static e => e is InvalidDataException });

        Assert.That(result.Trials, Has.Count.EqualTo(6));
        Assert.That(
            result.Trials.Where(static t => t.State == TrialState.Failed).Select(static t => t.Note),
            Is.EqualTo(new[] { "no good", "expected finite values, got [NaN]" }));
        Assert.That(
            result.Trials.Where(static t => t.IsAccident).Select(static t => t.Number), Is.EqualTo(new[] { 2L }),
            "only what ended the study says nothing of its parameters");
    }

    [Test]
    public async Task Optimize_ParallelWithPruner_StopsBadTrialsAndRunsEachOnce()
    {
        var study = await Study.OpenAsync(
            Space, Random with { Pruner = new SuccessiveHalvingPruner(1, 3, lastStep: 9) });
        var begun = 0;
        var result = await study.OptimizeAsync(
            async (trial, token) =>
            {
                Interlocked.Increment(ref begun);
                for (var step = 1; step <= 9; step++)
                {
                    if (await trial.ReportAsync(step, await SquareAsync(trial, token) + 1.0 / step, token))
                    {
                        throw new TrialPrunedException();
                    }
                }

                return await SquareAsync(trial, token);
            },
            new OptimizeOptions { Trials = 40, Parallelism = 4 });

        Assert.That(begun, Is.EqualTo(40));
        var pruned = result.Trials.Where(static t => t.State == TrialState.Pruned).ToArray();
        Assert.That(pruned, Has.Length.InRange(20, 39));
        Assert.That(pruned.All(static t => t.Reports.Count < 9 && t.Values is null), Is.True);
        Assert.That(result.Complete.All(static t => t.Reports.Count == 9), Is.True);
    }

    [Test]
    public async Task Report_TrialThatAnotherWorkerHas_IsRefused()
    {
        var clock = new FakeTimeProvider();
        var store = new InMemoryStudyStore(clock);
        var slow = await Study.OpenAsync(Space, Random with { Clock = clock }, store);
        var trial = (await slow.AskAsync())!;
        clock.Advance(TimeSpan.FromSeconds(61));
        var again = (await slow.AskAsync())!;

        Assert.That(again.Parameters, Is.EqualTo(trial.Parameters));
        Assert.That(() => trial.ReportAsync(1, 1), Throws.TypeOf<TrialLostException>());
        Assert.That(await trial.CompleteAsync(1), Is.False);
        Assert.That(await again.CompleteAsync(2), Is.True);
    }

    [Test]
    public void OpenAsync_OptionsOutOfRange_AreAllNamed()
        => Assert.That(
            () => Study.OpenAsync(
                Space, new StudyOptions
                {
                    Objectives = [new("a", Direction.Minimize), new("b", Direction.Minimize)],
                    Pruner = new MedianPruner(),
                    MostAttempts = 0,
                    HeartbeatTimeout = TimeSpan.FromSeconds(1),
                }),
            Throws.ArgumentException.With.Message.Contains("Pruner").And.Message.Contains("MostAttempts")
                .And.Message.Contains("HeartbeatTimeout"));

    private static Task<double> SquareAsync(Trial trial, CancellationToken cancellationToken)
        => Task.FromResult(Math.Pow(trial.Float("x") - 2, 2));
}
